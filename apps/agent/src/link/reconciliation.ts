import { setTimeout as wait } from 'node:timers/promises';
import { inventoryAnswer } from '#protocol/agent-link';
import type { ExecutionKeeper } from '../executions/execution-keeper.js';
import type { KeeperLog } from '../executions/keeper-options.js';
import { RefusedError, type ServerClient } from './server-client.js';

/** What the server and the agent hold differs: the session ends, and the next hello settles it. */
export class RenewalAskedError extends Error {
  override readonly name = 'RenewalAskedError';
}

/** Tells the server now and then what the agent holds. Nothing is settled here: a session has one beginning, and that is where it is done. */
export class Reconciliation {
  constructor(private readonly client: ServerClient, private readonly keeper: ExecutionKeeper, private readonly log: KeeperLog, private readonly everyMs: number) {}

  /**
   * Goes on until the signal aborts.
   *
   * @throws RenewalAskedError, RefusedError `session-over`, or what the network threw
   */
  async run(path: string, session: number, signal: AbortSignal): Promise<never> {
    let refusal: string | undefined;
    for (;;) {
      await wait(this.everyMs, undefined, { signal });
      const code = await this.say(path, session, signal);
      if (code !== undefined && code !== refusal) this.log('warn', 'the server did not compare what this agent holds', { code });
      refusal = code;
    }
  }

  /** The code of a refusal that says nothing of the session: a server of an earlier version, or one that has too much to do. */
  private async say(path: string, session: number, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { renew } = await this.client.post(path, { session, ...this.keeper.inventory() }, inventoryAnswer, signal);
      if (renew) throw new RenewalAskedError('what the log and this agent hold differs');
      return undefined;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code === 'session-over' || error.status === 401 || error.status === 403) throw error;
      return error.code;
    }
  }
}
