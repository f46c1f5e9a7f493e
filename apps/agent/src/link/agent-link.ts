import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type Hello, type Welcome, welcome } from '#protocol/agent-link';
import type { AgentOptions } from '../agent-options.js';
import type { ExecutionKeeper } from '../executions/execution-keeper.js';
import type { KeeperLog } from '../executions/keeper-options.js';
import type { Credential } from './credential.js';
import type { ReportSender } from './report-sender.js';
import { RefusedError, ServerClient } from './server-client.js';
import { Session } from './session.js';

/** Between two tries, in milliseconds: doubles from the first to the last, each with a random part so that a thousand agents do not come at once. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** What the agent says of itself. */
export interface AgentIdentity {
  readonly version: string;
  readonly bootId: string;
}

/** Keeps the agent in contact: tries one server after the other, says hello, and lives the session until it breaks. Never gives up. */
export class AgentLink {
  private readonly clients: readonly ServerClient[];
  private lastTrouble = '';

  constructor(
    private readonly options: AgentOptions,
    private readonly identity: AgentIdentity,
    private readonly keeper: ExecutionKeeper,
    private readonly sender: ReportSender,
    private readonly credential: Credential,
    private readonly log: KeeperLog,
  ) {
    this.clients = options.servers.map((url) => new ServerClient(url, () => credential.value));
  }

  /** @param onConnected called with the URL of the server each time a session begins */
  async run(signal: AbortSignal, onConnected: (url: string) => void): Promise<void> {
    let failures = 0;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const client = this.clients[turn % this.clients.length];
      if (client === undefined) return;
      let connected = false;
      try {
        const session = await this.begin(client, signal);
        await session.run(signal, () => {
          connected = true;
          this.lastTrouble = '';
          onConnected(client.url);
        });
      } catch (error) {
        if (!signal.aborted) this.tell(client.url, error);
      }
      failures = connected ? 0 : failures + 1;
      // A server that was there a moment ago is tried again first.
      if (connected) turn -= 1;
      await this.pause(failures, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  private async begin(client: ServerClient, signal: AbortSignal): Promise<Session> {
    const path = `/api/v1/agents/${this.options.name}`;
    const { session, credential } = await this.hello(client, path, signal);
    if (credential !== undefined) await this.credential.keep(credential);
    await this.keeper.sessionBegan(session);
    return new Session(client, this.keeper, this.sender, this.log, path, session);
  }

  /** With the agent's own credential; with the enrolment token when there is none, or the server knows none such. */
  private async hello(client: ServerClient, path: string, signal: AbortSignal): Promise<Welcome> {
    const { version, bootId } = this.identity;
    const hello: Hello = { ...this.keeper.hello(), helloId: randomUUID(), slots: this.options.slots, version, bootId, host: hostname(), pid: process.pid };
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

  private async pause(failures: number, signal: AbortSignal): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    await wait(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }

  /** Once per kind of trouble: a server that is away for a night must not fill the disk. */
  private tell(server: string, error: unknown): void {
    const trouble = `${server}: ${error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error)}`;
    if (trouble === this.lastTrouble) return;
    this.lastTrouble = trouble;
    this.log('warn', 'no contact', { trouble });
  }
}
