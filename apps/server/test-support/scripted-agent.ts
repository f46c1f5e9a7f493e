import { randomUUID } from 'node:crypto';
import { type ClientRequest, get, request } from 'node:http';
import type { OutputFrame } from '#protocol/outputs';
import type { DispatchFrame, Frame, Hello, Report, ReportAnswer, Welcome } from '#protocol/agent-link';
import type { AgentView } from '#protocol/api';
import { waitFor } from '../../../test/support/wait-for.js';
import type { Receipt } from '#events/agent.events';
import type { Answer, ServerUnderTest } from './server-under-test.js';

const AT = '2026-11-22T20:57:59.123Z';
const noOutput = { bytes: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', tail: '', truncated: false };

/** What `ScriptedAgent.report` needs of an execution. */
type Of = Pick<DispatchFrame['spec'], 'executionId' | 'runId' | 'jobId'>;

/** An output on its way up, and what the server says in the end. */
export interface Bringing {
  readonly upload: ClientRequest;
  readonly status: Promise<number | 'cut'>;
}

/** An agent that says exactly what a test lets it say. */
export class ScriptedAgent {
  readonly frames: Frame[] = [];
  /** Every execution it has got a dispatch for and not been told to forget; a test may empty it. */
  inventory: string[] = [];
  credential: string | undefined;
  session: number | undefined;
  /** The newest that it was given for an end, as a journal keeps it. */
  receipt: Receipt | undefined;
  epoch = 0;
  journalId: string = randomUUID();
  journalSequence = 0;
  servedUpTo = '0';
  slots = 8;
  streamEnded = false;
  /** What it does at once with what comes. */
  onFrame: ((frame: Frame) => void) | undefined;
  private stream: ClientRequest | undefined;

  constructor(public server: ServerUnderTest, readonly name = 'local') {}

  /** Enrolled, in a session, with its stream open. */
  static async connected(server: ServerUnderTest, { name = 'local', slots = 8 } = {}): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(server, name);
    agent.slots = slots;
    await agent.connect();
    return agent;
  }

  /** Hello and stream; enrols first when it has no credential. */
  async connect(differing: Partial<Hello> = {}): Promise<void> {
    const { status, text } = await this.sayHello(differing);
    if (status !== 201) throw new Error(`${this.name} was refused: ${status} ${text}`);
    await this.listen();
  }

  hello(differing: Partial<Hello> = {}): Hello {
    const { journalId, journalSequence, servedUpTo, slots, inventory, session, receipt, epoch } = this;
    return {
      helloId: randomUUID(), journalId, journalSequence, servedUpTo, slots, inventory, version: '0.1.0', host: 'host-1', pid: 4711, bootId: 'boot-1',
      epoch, ...(session === undefined ? {} : { previousSession: session }), ...(receipt === undefined ? {} : { receipt }), ...differing,
    };
  }

  async sayHello(differing: Partial<Hello> = {}, token = this.credential ?? this.server.tokenIn('agent.token')): Promise<Answer<Welcome>> {
    const answer = await this.post<Welcome>('sessions', this.hello(differing), token);
    if (answer.status !== 201) return answer;
    this.session = answer.body.session;
    this.epoch = answer.body.epoch ?? 0;
    if (answer.body.startsAnew === true) this.beginAnew(answer.body.position ?? '0');
    this.credential = answer.body.credential ?? this.credential;
    return answer;
  }

  /** Opens the stream of the current session; resolves when the server has greeted. */
  async listen(): Promise<void> {
    const url = await this.server.listen();
    this.streamEnded = false;
    await new Promise<void>((resolve, reject) => {
      const request = get(`${url}/api/v1/agents/${this.name}/dispatches?session=${this.session}`, { headers: { authorization: `Bearer ${this.credential}` } }, (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`the stream was refused: ${answer.statusCode}`));
        let rest = '';
        answer.setEncoding('utf8').on('data', (text: string) => {
          const parts = (rest + text).split('\n\n');
          rest = parts.pop() ?? '';
          for (const part of parts) this.take(part);
          resolve();
        });
        answer.on('close', () => { if (this.stream === request) this.streamEnded = true; }).on('error', () => undefined);
      });
      request.on('error', reject);
      this.stream = request;
    });
  }

  /** The connection breaks, without a word. */
  hangUp(): void {
    this.stream?.destroy();
  }

  /** Hangs up; resolves when the server shows it as away. */
  async goAway(): Promise<void> {
    this.hangUp();
    await waitFor(`${this.name} is away`, async () => (await this.server.read<AgentView>(`/api/v1/agents/${this.name}`)).state === 'away', 5_000);
  }

  async report(...reports: readonly Report[]): Promise<ReportAnswer> {
    const answer = await this.tryReport(...reports);
    if (answer.status !== 200) throw new Error(`the report was refused: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  tryReport(...reports: readonly Report[]): Promise<Answer<ReportAnswer>> {
    return this.post<ReportAnswer>('reports', { session: this.session, reports }).then((answer) => {
      if (answer.status === 200) this.keepReceipts(reports, answer.body);
      return answer;
    });
  }

  private keepReceipts(reports: readonly Report[], { acknowledged }: ReportAnswer): void {
    const open = new Set(reports.filter(({ state }) => state === 'accepted' || state === 'started' || state === 'orphaned').map(({ executionId }) => executionId));
    for (const { executionId, receipt } of acknowledged) {
      if (!open.has(executionId) && BigInt(receipt.position) > BigInt(this.receipt?.position ?? '0')) this.receipt = receipt;
    }
  }

  private beginAnew(position: string): void {
    this.receipt = undefined;
    this.servedUpTo = position;
  }

  post<Body>(route: 'sessions' | 'reports' | 'inventory', body: unknown, token: string | undefined = this.credential): Promise<Answer<Body>> {
    return this.server.request<Body>('POST', `/api/v1/agents/${this.name}/${route}`, { body, token: token ?? null });
  }

  /** The dispatch of a job, once it has arrived. */
  async dispatchOf(jobId: string, runId?: string): Promise<DispatchFrame> {
    return waitFor(`a dispatch of ${jobId} arrives`, () => this.dispatches().find(({ spec }) => spec.jobId === jobId && (runId === undefined || spec.runId === runId)), 10_000);
  }

  dispatches(): DispatchFrame[] {
    return this.frames.filter((frame) => frame.kind === 'dispatch');
  }

  /** Takes the next dispatch of the job and ends it. */
  async execute(jobId: string, exitCode = 0, runId?: string): Promise<ReportAnswer> {
    const { spec } = await this.dispatchOf(jobId, runId);
    return this.report(finished(spec, exitCode));
  }

  /** The n-th wish for an output, once it has arrived. */
  async outputWish(n = 1): Promise<OutputFrame> {
    return waitFor(`wish ${n} for an output arrives`, () => this.outputWishes()[n - 1], 10_000);
  }

  outputWishes(): OutputFrame[] {
    return this.frames.filter((frame) => frame.kind === 'output');
  }

  /** Begins to bring an output; the test writes the body. */
  async bring(requestId: string, headers: Record<string, string>, { agent = this.name, token = this.credential } = {}): Promise<Bringing> {
    const url = await this.server.listen();
    const upload = request(`${url}/api/v1/agents/${agent}/outputs/${requestId}`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked', ...headers },
    });
    upload.flushHeaders();
    const status = new Promise<number | 'cut'>((resolve) => {
      upload.on('response', (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', () => resolve('cut'));
    });
    return { upload, status };
  }

  private take(text: string): void {
    const [, json] = /^data: (.*)$/m.exec(text) ?? [];
    if (json === undefined) return;
    const frame = JSON.parse(json) as Frame;
    this.frames.push(frame);
    this.onFrame?.(frame);
    if (frame.kind === 'dispatch') {
      this.inventory = [...this.inventory, frame.spec.executionId];
      this.servedUpTo = frame.position;
    }
  }
}

function ids({ executionId, runId, jobId }: Of) {
  return { executionId, runId, jobId };
}

export function accepted(of: Of, sequence = 1): Report {
  return { ...ids(of), sequence, state: 'accepted', acceptedAt: instantOf(AT) };
}

export function started(of: Of, sequence = 2): Report {
  return { ...ids(of), sequence, state: 'started', acceptedAt: instantOf(AT), startedAt: instantOf(AT) };
}

export function finished(of: Of, exitCode = 0, sequence = 3, tail = ''): Report {
  const stdout = { ...noOutput, bytes: Buffer.byteLength(tail), tail };
  return { ...ids(of), sequence, state: 'finished', exitCode, acceptedAt: instantOf(AT), startedAt: instantOf(AT), finishedAt: instantOf(AT), output: { stdout, stderr: noOutput } };
}

/** It takes longer than its time-out, which only warns. */
export function overrun(of: Of, sequence = 3): Report {
  return { ...ids(of), sequence, state: 'started', acceptedAt: instantOf(AT), startedAt: instantOf(AT), overranAt: instantOf(AT) };
}

/** Its time-out stopped it. */
export function timedOut(of: Of, sequence = 3): Report {
  return { ...finished(of, 143, sequence), signal: 'SIGTERM', stoppedBy: 'SIGTERM', timedOut: true } as Report;
}

export function neverStarted(of: Of, sequence = 2): Report {
  return { ...ids(of), sequence, state: 'never-started', reason: 'it was cancelled' };
}

function instantOf(text: string): Extract<Report, { state: 'accepted' }>['acceptedAt'] {
  return text as Extract<Report, { state: 'accepted' }>['acceptedAt'];
}
