import { closeSync, openSync } from 'node:fs';
import type { EventView } from '#protocol/api';
import type { Answer } from '../../support/api.js';
import { Deployment } from '../../support/deployment.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { strikeAfter, waitFor } from '../../support/wait-for.js';
import { jobnetOf } from './jobnet-of-plan.js';
import type { Loss, Moment, Outage, Plan } from './plan.js';

const LINK_COUNTERS = { 'bytes up': 'up', 'bytes down': 'down', answers: 'answers' } as const;

export type Commanded = Answer<{ readonly code?: string }>;

/** Where the plans are played, one after the other: a server, the agent `local` behind a proxy, and the agent `other` at the server itself. */
export class Stage {
  private said = 0;

  private constructor(readonly here: Deployment, readonly proxy: TcpProxy) {}

  static async create(): Promise<Stage> {
    const here = await Deployment.create();
    const stage = new Stage(here, await TcpProxy.to(here.port));
    await here.startServer();
    await Promise.all([stage.startAgent(), here.startAgent('other')]);
    await here.api.define('Ready', 'jobnet: Ready\njobs:\n  R1: { agent: local, command: "true" }\n');
    return stage;
  }

  async destroy(): Promise<void> {
    await this.here.destroy();
    await this.proxy.close();
  }

  /** Both agents are there, and `local` listens, which nothing but work that went all the way shows. */
  async ready(): Promise<void> {
    await Promise.all([this.here.agentIs('connected'), this.here.agentIs('connected', 'other')]);
    await this.here.status(await this.here.api.start('Ready'), 'succeeded');
    await this.quiet();
  }

  /** Nothing of `local` waits for an answer. */
  quiet(): Promise<true> {
    return waitFor('every request of the agent is answered', () => this.proxy.isQuiet);
  }

  /** Does not wait for its connection: the server may be away. */
  startAgent(): Promise<void> {
    return this.here.startAgent('local', { servers: [this.proxy.url], connected: false });
  }

  async restartAgent(awayMs = 0): Promise<void> {
    await this.here.killAgent();
    await strikeAfter(awayMs, () => this.startAgent());
  }

  async restartServer(awayMs = 0): Promise<void> {
    await this.here.killServer();
    await strikeAfter(awayMs, () => this.here.startServer());
  }

  async outages(outages: readonly Outage[]): Promise<void> {
    for (const { afterMs, awayMs } of outages) await strikeAfter(afterMs, () => this.restartServer(awayMs));
  }

  async agentOutages(outages: readonly Outage[]): Promise<void> {
    for (const { afterMs, awayMs } of outages) await strikeAfter(afterMs, () => this.restartAgent(awayMs));
  }

  async define(plan: Plan): Promise<void> {
    await this.here.api.define(jobnetName(plan), jobnetOf(plan, this.here.directory));
  }

  /** Through every outage: the key makes a start that nobody answered harmless. */
  start(plan: Plan): Promise<string> {
    return waitFor('the run is started', () => this.startOnce(plan));
  }

  /** Asked once: whoever strikes meanwhile may keep the answer from coming. */
  startOnce(plan: Plan): Promise<string> {
    return this.here.api.start(jobnetName(plan), 'a random moment', { 'idempotency-key': jobnetName(plan) });
  }

  /** What an operator says of A1, until a server has answered it. */
  say(runId: string, verb: string, more: object = {}): Promise<Commanded> {
    this.said += 1;
    const headers = { 'idempotency-key': `${runId}-${verb}-${this.said}` };
    return waitFor(`${verb} is answered`, async () => {
      const answer: Commanded = await this.here.api.request('POST', `/api/v1/runs/${runId}/jobs/A1/${verb}`, { reason: `why ${verb}`, ...more }, headers);
      return answer.status < 500 && answer;
    });
  }

  /** For who reads of a failure: the log from the newest run's start on, and that run's marks. */
  async story(): Promise<string> {
    try {
      const events = await this.here.api.events();
      const from = events.findLastIndex(({ type }) => type === 'RunStarted');
      const told = events.slice(Math.max(0, from)).map(({ position, at, stream, type, data }) => `${position} ${at} ${stream} ${type} ${JSON.stringify(data).slice(0, 200)}`);
      return [...told, ...this.marks(events[from]?.stream.slice('run-'.length) ?? '')].join('\n');
    } catch (error) {
      return `no server tells the story: ${String(error)}`;
    }
  }

  events(runId: string): Promise<EventView[]> {
    return this.here.api.events(`?stream=run-${runId}`);
  }

  /** The event, in the log, as soon as a server can be asked for it. */
  recorded(runId: string, type: string, executionId: string): Promise<EventView> {
    return waitFor(`${type} of ${executionId} is on record`, async () => (await this.events(runId)).find((event) => event.type === type && executionOf(event) === executionId));
  }

  /** What the executions of a run wrote themselves, in their order. */
  marks(runId: string): string[] {
    return this.here.marks(`marks-${runId}`);
  }

  marked(runId: string, mark: string): Promise<true> {
    return waitFor(`the mark "${mark}"`, () => this.marks(runId).includes(mark));
  }

  /** Lets an execution go that waits for it. */
  letGo(executionId: string): void {
    closeSync(openSync(this.here.path(`go-${executionId}`), 'a'));
  }

  /** Takes aim before the run is started. What it answers waits for the moment, or for the end of the run when that comes before. */
  aim(moment: Moment): (runId: string) => Promise<void> {
    let isReached = false;
    const reached = 'count' in moment ? this.proxy.reached(LINK_COUNTERS[moment.after], moment.count).then(() => { isReached = true; }) : new Promise<never>(() => undefined);
    return async (runId) => {
      const seen = waitFor(`${moment.after}, or the end of the run`, async () => isReached || (await this.hasCome(moment, runId)) || (await this.here.api.run(runId)).finishedAt !== undefined);
      await Promise.race([reached, seen]);
      await strikeAfter(moment.plusMs, () => undefined);
    };
  }

  private async hasCome(moment: Moment, runId: string): Promise<boolean> {
    if ('count' in moment) return false;
    const [word = ''] = moment.after.split(' ');
    const executionId = `${runId}~A1~1`;
    if (word === 'begin' || word === 'end') return this.marks(runId).includes(`${word} ${executionId}`);
    return (await this.events(runId)).some((event) => event.type === word && executionOf(event) === executionId);
  }

  /** One loss after the other. The first is under way when it begins, and `fact` is what its strike waits for. */
  async lose(losses: readonly [Loss, ...Loss[]], fact: () => Promise<unknown>): Promise<void> {
    const [first, ...others] = losses;
    await fact();
    await strikeAfter(first.forMs, () => this.strike(first));
    for (const loss of others) {
      this.beginLoss(loss);
      await strikeAfter(loss.forMs, () => this.strike(loss));
    }
  }

  beginLoss({ way, after, unit }: Loss): void {
    this.proxy.loseAfter(way, after, unit);
  }

  /** Ends a loss. */
  private async strike({ strikes }: Loss): Promise<void> {
    if (strikes === 'server') await this.here.killServer();
    if (strikes === 'agent') await this.here.killAgent();
    this.proxy.cut();
    if (strikes === 'server') await this.here.startServer();
    if (strikes === 'agent') await this.startAgent();
  }
}

export function executionOf({ data }: EventView): string | undefined {
  return (data as { readonly executionId?: string }).executionId;
}

export function jobnetName({ scenario, seed }: Plan): string {
  return `S${scenario}-${seed}`;
}
