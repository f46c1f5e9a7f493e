import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { StoreUnavailableError } from '../event-store.errors.js';
import { faultOf, NoAnswerError } from './kurrentdb.errors.js';
import type { RenewableClient } from './renewable-client.js';

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For one answer. The client enforces no deadline of its own; healthy servers have outliers of 1.9 s. */
  readonly answerMs: number;
  /** For a call with all its repetitions: enough for a cluster to replace a frozen leader (5 s) and for one answer more. */
  readonly callMs: number;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

/** One attempt at a call: the first has the number 0. */
export type Attempt<Answer> = (client: KurrentDBClient, attempt: number) => Promise<Answer>;

/** Calls the database until it answers or patience ends. */
export class PersistentCaller {
  private readonly closing = new AbortController();

  constructor(private readonly clients: RenewableClient, readonly patience: Patience) {
    setMaxListeners(0, this.closing.signal); // as many pause at once as calls are under way
  }

  /**
   * @throws StoreUnavailableError when patience ended; an attempt without an answer may still be carried out
   * @throws what `faultOf` calls final, at once
   */
  async call<Answer>(what: string, attempt: Attempt<Answer>): Promise<Answer> {
    const end = performance.now() + this.patience.callMs;
    for (let number = 0; ; number += 1) {
      const client = this.clients.current;
      try {
        return await this.inTime(() => this.clients.use(client, (used) => attempt(used, number)));
      } catch (error) {
        const fault = faultOf(error);
        if (fault.kind === 'final') throw fault.error;
        if (fault.wantsNewClient) this.clients.renew(client);
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** number);
        if (this.closing.signal.aborted || performance.now() + pauseMs > end) throw new StoreUnavailableError(`${what}: ${fault.text}`);
        await this.pause(pauseMs);
      }
    }
  }

  /** Ends the pauses: whoever waits for another attempt hears what the last one met. */
  close(): void {
    this.closing.abort();
  }

  async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  private async inTime<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const answer = ask();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const giveUp = (): void => reject(new NoAnswerError(`no answer within ${this.patience.answerMs} ms`));
      // An answer that has arrived while this process was busy comes first.
      timer = setTimeout(() => setImmediate(giveUp), this.patience.answerMs);
    });
    answer.catch(() => undefined);
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}
