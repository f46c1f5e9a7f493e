import type { AppendResult, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { NO_STREAM } from '@kurrent/kurrentdb-client';
import type { Appended, ExpectedRevision } from '../event-store.port.js';
import { CorruptLogError, WrongExpectedRevisionError } from '../event-store.errors.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import type { DatabaseReader } from './database-reader.js';
import { isWrongVersion } from './kurrentdb.errors.js';
import type { Attempt, PersistentCaller } from './persistent-caller.js';
import { toDatabase } from './stored-event.js';
import { Turnstile } from './turnstile.js';

/** What the database answers when it cannot find the place of a repeat: -1, in 64 bits without a sign. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

/** 256 appends of one event, or 10 of 500: where throughput was measured to be highest. */
const MOST_UNDER_WAY = 5_400;
const WEIGHT_OF_AN_APPEND = 20;

/** Appends to one database under one prefix; many at once. */
export class AppendWriter {
  private readonly underWay = new Map<string, Promise<Appended>>();
  private readonly turnstile: Turnstile;
  private questions = 0;
  private readonly first = new WeakMap<KurrentDBClient, Promise<unknown>>();

  constructor(private readonly caller: PersistentCaller, private readonly reader: DatabaseReader, private readonly prefix: string) {
    this.turnstile = new Turnstile(MOST_UNDER_WAY, caller.patience.callMs);
  }

  /** The same append twice at once is one: the database drops a repeat whose original is not yet indexed, without an answer. */
  append(prepared: PreparedAppend): Promise<Appended> {
    if (prepared.ids.length === 0) return this.tracked(`question ${this.questions += 1}`, () => this.placeOf(prepared));
    return this.tracked(`${prepared.stream} ${prepared.expected} ${prepared.ids.join()}`, () => this.write(prepared));
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay.values());
  }

  private tracked(key: string, work: () => Promise<Appended>): Promise<Appended> {
    const same = this.underWay.get(key);
    if (same !== undefined) return same;
    const done = work().finally(() => this.underWay.delete(key));
    this.underWay.set(key, done);
    return done;
  }

  private async write(prepared: PreparedAppend): Promise<Appended> {
    const { stream, expected, ids } = prepared;
    const send = this.attemptAt(prepared);
    const attempt = (): Promise<AppendResult> => this.caller.call(`appending to ${stream}`, send);
    const { nextExpectedRevision, position } = await this.turnstile.pass(WEIGHT_OF_AN_APPEND + ids.length, attempt);
    const revision = (expected === 'none' ? -1 : expected) + ids.length;
    if (Number(nextExpectedRevision) !== revision) {
      throw new CorruptLogError(`${stream} goes on at revision ${nextExpectedRevision}, not at ${revision}: part of it was deleted from the database`);
    }
    return { revision, position: position === undefined || position.commit === NO_POSITION ? await this.positionOf(stream, revision) : position.commit };
  }

  private attemptAt(prepared: PreparedAppend): Attempt<AppendResult> {
    const { stream, expected } = prepared;
    const events = toDatabase(prepared);
    const streamState = expected === 'none' ? NO_STREAM : BigInt(expected);
    return async (client, attempt) => {
      try {
        return await this.inOrder(client, () => client.appendToStream(this.prefix + stream, events, { streamState, deadline: this.caller.patience.answerMs }));
      } catch (error) {
        if (!isWrongVersion(error)) throw error;
        const actual = typeof error.actualState === 'bigint' ? Number(error.actualState) : 'none';
        // While the stream stands further back, an earlier attempt that got no answer may yet be carried out: "conflict" would say that it will not.
        if (attempt > 0 && isBehind(actual, expected)) throw error;
        throw new WrongExpectedRevisionError(stream, expected, actual);
      }
    };
  }

  /** A new client sends its second append before its first one: until that is answered, all others wait. From then on any number is on the way, in order. */
  private async inOrder(client: KurrentDBClient, send: () => Promise<AppendResult>): Promise<AppendResult> {
    const first = this.first.get(client);
    if (first === undefined) {
      const sent = send();
      this.first.set(client, sent.catch(() => undefined));
      return sent;
    }
    await first;
    this.caller.requireInUse(client);
    return send();
  }

  private async positionOf(stream: string, revision: number): Promise<bigint> {
    const [found] = await this.reader.streamPage(stream, revision - 1, 1);
    if (found?.event.revision !== revision) throw new CorruptLogError(`${stream} has no revision ${revision}, which was appended`);
    return found.event.position;
  }

  /** An empty append is answered by reading: the database would call one to an absent stream a success at revision 0. */
  private async placeOf({ stream, expected }: PreparedAppend): Promise<Appended> {
    const last = await this.reader.lastOf(stream);
    const stands = last?.event.revision ?? 'none';
    if (stands !== expected) throw new WrongExpectedRevisionError(stream, expected, stands);
    return last === undefined ? { revision: -1, position: 0n } : { revision: last.event.revision, position: last.event.position };
  }
}

function isBehind(actual: ExpectedRevision, expected: ExpectedRevision): boolean {
  return (actual === 'none' ? -1 : actual) < (expected === 'none' ? -1 : expected);
}
