import { randomUUID } from 'node:crypto';
import { hostname, uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { AgentProcess } from '#events/agent.events';
import { type Hello, type Welcome, welcome } from '#protocol/agent-link';
import type { AgentOptions } from '../agent-options.js';
import type { ExecutionKeeper } from '../executions/execution-keeper.js';
import type { KeeperLog } from '../executions/keeper-options.js';
import type { OutputSender } from '../outputs/output-sender.js';
import type { Credential } from './credential.js';
import { LINK_PACE, pauseAfter } from './link-pace.js';
import { RenewalAskedError } from './reconciliation.js';
import type { ReportSender } from './report-sender.js';
import { RefusedError, ServerClient } from './server-client.js';
import { GoElsewhereError, Session } from './session.js';

/** What the agent says of itself. */
export interface AgentIdentity {
  readonly version: string;
  readonly bootId: string;
}

/** What became of a try: no session to speak of, one that lasted, or one whose server had better not be asked first for the next. */
type Outcome = 'none' | 'lasted' | 'go elsewhere';

/** Keeps the agent in contact: tries one server after the other, says hello, and lives the session until it breaks. Never gives up. */
export class AgentLink {
  private readonly clients: readonly ServerClient[];
  /** The newest trouble with each server. */
  private readonly troubles = new Map<string, string>();
  /** Whose hellos these are: one that was overtaken on its way is told from one that is said now. */
  private self: AgentProcess | undefined;

  constructor(
    private readonly options: AgentOptions,
    private readonly identity: AgentIdentity,
    private readonly keeper: ExecutionKeeper,
    private readonly sender: ReportSender,
    private readonly outputs: OutputSender,
    private readonly credential: Credential,
    private readonly log: KeeperLog,
    private readonly pace = LINK_PACE,
  ) {
    this.clients = options.servers.map((url) => new ServerClient(url, () => credential.value));
  }

  /** @param onConnected called with the URL of the server each time a session begins */
  async run(signal: AbortSignal, onConnected: (url: string) => void): Promise<void> {
    let failures = 0;
    for (let turn = 0; !signal.aborted;) {
      const client = this.clients[turn % this.clients.length];
      if (client === undefined) return;
      const outcome = await this.live(client, signal, onConnected);
      failures = outcome === 'none' ? failures + 1 : 0;
      // A server that was there a moment ago is tried again first, unless it fell silent: a frozen one would take the next hello, and never answer it.
      if (outcome !== 'lasted') turn += 1;
      await wait(pauseAfter(failures, Math.random(), this.pace), undefined, { signal }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  /** One session from hello to its end. */
  private async live(client: ServerClient, signal: AbortSignal, onConnected: (url: string) => void): Promise<Outcome> {
    let connectedAt = Infinity;
    let goesElsewhere = false;
    const lasted = () => performance.now() - connectedAt >= this.pace.lastingMs;
    try {
      const session = await this.begin(client, signal);
      await session.run(signal, () => {
        connectedAt = performance.now();
        onConnected(client.url);
      });
    } catch (error) {
      goesElsewhere = error instanceof GoElsewhereError;
      if (lasted()) this.troubles.delete(client.url);
      // Whoever can still speak is the newest: what a network keeps of others cannot ask for that.
      if (error instanceof RefusedError && error.code === 'session-over') this.self = undefined;
      if (error instanceof RenewalAskedError) this.log('info', `the session is renewed: ${error.message}`, { server: client.url });
      else if (!signal.aborted) this.tell(client.url, error);
    }
    if (!lasted()) return 'none';
    return goesElsewhere ? 'go elsewhere' : 'lasted';
  }

  private async begin(client: ServerClient, signal: AbortSignal): Promise<Session> {
    const path = `/api/v1/agents/${this.options.name}`;
    const { credential, ...began } = await this.hello(client, path, signal);
    if (credential !== undefined) await this.credential.keep(credential);
    await this.keeper.sessionBegan(began);
    return new Session(client, this.keeper, this.sender, this.outputs, this.log, path, began.session, this.pace);
  }

  /** With the agent's own credential; with the enrolment token when there is none, or the server knows none such. */
  private async hello(client: ServerClient, path: string, signal: AbortSignal): Promise<Welcome> {
    const { version, bootId } = this.identity;
    const self = await this.nextHello();
    const hello: Hello = { ...this.keeper.hello(), helloId: randomUUID(), slots: this.options.slots, version, bootId, host: hostname(), pid: process.pid, process: self };
    const { token } = this.options;
    if (this.credential.value === undefined) return client.post(`${path}/sessions`, hello, welcome, signal, token);
    try {
      return await client.post(`${path}/sessions`, hello, welcome, signal);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 401 || token === undefined) throw error;
      this.log('warn', 'the server does not know this agent\'s credential; enrolling again', { server: client.url });
      return client.post(`${path}/sessions`, hello, welcome, signal, token);
    }
  }

  private async nextHello(): Promise<AgentProcess> {
    const self = this.self ?? await this.beginProcess();
    return this.self = { ...self, hello: self.hello + 1 };
  }

  private async beginProcess(): Promise<AgentProcess> {
    const id = randomUUID();
    await this.keeper.processBegan(id);
    return { id, started: Math.round(uptime() * 1000), hello: 0 };
  }

  /** Once per server and kind of trouble: servers that are away for a night must not fill the disk. */
  private tell(server: string, error: unknown): void {
    const trouble = error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
    if (trouble === this.troubles.get(server)) return;
    this.troubles.set(server, trouble);
    this.log('warn', 'no contact', { server, trouble });
  }
}
