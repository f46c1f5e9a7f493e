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

/** For the first answer after a connection broke; twice as long each time after that. A node in the middle of an election takes an append and never answers it. */
const AFTER_BREAK_MS = 1_000;

/** For a search, while the database answers other questions: a scan of some ten million events. */
const SEARCH_MS = 300_000;

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

/** One attempt at a call: the first has the number 0. */
export type Attempt<Answer> = (client: KurrentDBClient, attempt: number) => Promise<Answer>;

/** A question that a living database always answers at once. */
export type SignOfLife = (client: KurrentDBClient) => Promise<unknown>;

/** Calls the database until it answers or patience ends. */
export class PersistentCaller {
  private readonly closing = new AbortController();
  /** How often a call was made once more. */
  retries = 0;

  constructor(private readonly clients: RenewableClient, readonly patience: Patience) {
    setMaxListeners(0, this.closing.signal); // as many pause at once as calls are under way
  }

  /**
   * @param signOfLife for a call whose answer may rightly take long: it is waited for while the database answers this
   * @throws StoreUnavailableError when patience ended; an attempt without an answer may still be carried out
   * @throws what `faultOf` calls final, at once
   */
  async call<Answer>(what: string, attempt: Attempt<Answer>, signOfLife?: SignOfLife): Promise<Answer> {
    const end = performance.now() + this.patience.callMs;
    let answerMs = this.patience.answerMs;
    for (let number = 0, hasBroken = false; ; number += 1) {
      const client = this.clients.current;
      try {
        return await this.patiently(this.clients.use(client, (used) => attempt(used, number)), answerMs, signOfLife && (() => this.clients.use(client, signOfLife)));
      } catch (error) {
        const fault = faultOf(error);
        if (fault.kind === 'final') throw fault.error;
        if (fault.wantsNewClient) this.clients.renew(client, error instanceof NoAnswerError);
        if (hasBroken) answerMs = Math.min(this.patience.answerMs, answerMs * 2);
        else if (fault.wantsNewClient && !(error instanceof NoAnswerError)) [hasBroken, answerMs] = [true, Math.min(this.patience.answerMs, AFTER_BREAK_MS)];
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** number);
        if (this.closing.signal.aborted || performance.now() + pauseMs > end) throw new StoreUnavailableError(`${what}: ${fault.text}`);
        await this.pause(pauseMs);
        this.retries += 1;
      }
    }
  }

  /** @throws NoAnswerError when the client was replaced while its caller waited */
  requireInUse(client: KurrentDBClient): void {
    if (!this.clients.isInUse(client)) throw new NoAnswerError('the connection was replaced');
  }

  /** Ends the pauses: whoever waits for another attempt hears what the last one met. */
  close(): void {
    this.closing.abort();
  }

  async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  /** Abandoned, a search would go on in the database all the same, and beside it the one that is asked again. */
  private async patiently<Answer>(answer: Promise<Answer>, answerMs: number, signOfLife: (() => Promise<unknown>) | undefined): Promise<Answer> {
    answer.catch(() => undefined);
    for (const end = performance.now() + SEARCH_MS; ;) {
      try {
        return await this.inTime(answer, answerMs);
      } catch (error) {
        if (!(error instanceof NoAnswerError) || signOfLife === undefined || this.closing.signal.aborted || performance.now() > end) throw error;
        await this.inTime(signOfLife(), answerMs);
      }
    }
  }

  private async inTime<Answer>(answer: Promise<Answer>, answerMs: number): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const giveUp = (): void => reject(new NoAnswerError(`no answer within ${answerMs} ms`));
      // An answer that has arrived while this process was busy comes first.
      timer = setTimeout(() => setImmediate(giveUp), answerMs);
    });
    answer.catch(() => undefined);
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }
}
