import type { Appended } from '../event-store.port.js';
import { StoreUnavailableError } from '../event-store.errors.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import { BackOff } from '../log/back-off.js';
import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import type { GroupResult, LogInSchema } from './group-transaction.js';
import { commitGroup } from './group-transaction.js';
import { inOurWords } from './postgres.errors.js';

/** Bounds on one transaction: others wait for its lock. */
const MOST_APPENDS = 500;
const MOST_EVENTS = 4_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

interface Pending {
  readonly append: PreparedAppend;
  /** By the monotonic clock. */
  readonly since: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

export interface WriterOptions {
  readonly connections: Connections;
  readonly place: LogInSchema;
  /** How long an append is tried again before it is given up. */
  readonly patienceMs: number;
  /** Told after COMMIT, when something was written. */
  readonly onCommit: (result: GroupResult) => void;
  /** Told when nobody knows what became of a group; it may be in the log. */
  readonly onUnknown: () => void;
}

/**
 * The one writer of this process, with a connection to himself. What arrives during a turn of the event loop, or while the group
 * before is on its way, goes into one transaction together.
 *
 * When the connection is lost nobody knows whether the group was committed: the same group is tried again on a new one, with the
 * same ids and the same expected revisions, and what was committed is found as a repeat.
 */
export class GroupWriter {
  private queue: Pending[] = [];
  private connection: Connection | undefined;
  private working = false;
  private failingSince: number | undefined;
  private readonly backOff = new BackOff();
  /** How often a group was sent once more. */
  retries = 0;
  private whenIdle: (() => void)[] = [];

  constructor(private readonly options: WriterOptions) {}

  /** @param since those that were asked for together are given up together */
  append(append: PreparedAppend, since = performance.now()): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.queue.push({ append, since, resolve, reject });
      if (this.working) return;
      this.working = true;
      setImmediate(() => void this.work());
    });
  }

  /** The process behind this writer's connection; its notifications tell this process nothing new. */
  get processId(): number | undefined {
    return this.connection?.processId;
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (!this.working) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private async work(): Promise<void> {
    while (this.queue.length > 0) await this.writeGroup(this.takeGroup());
    this.working = false;
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** Never fails: whatever happens is told to those who wait. */
  private async writeGroup(group: readonly Pending[]): Promise<void> {
    let result: GroupResult;
    try {
      this.connection = this.connection?.isBroken === false ? this.connection : await this.options.connections.connect();
      result = await commitGroup(this.connection, this.options.place, group.map(({ append }) => append));
    } catch (error) {
      await this.tryLater(group, inOurWords(error, this.options.connections.told));
      return;
    }
    this.failingSince = undefined;
    this.backOff.reset();
    result.outcomes.forEach((outcome, index) => {
      const { resolve, reject } = group[index]!;
      if ('appended' in outcome) resolve(outcome.appended);
      else reject(outcome.refused);
    });
    if (result.written.length > 0) this.options.onCommit(result);
  }

  private async tryLater(group: readonly Pending[], error: Error): Promise<void> {
    this.connection?.destroy();
    this.connection = undefined;
    this.options.onUnknown();
    const kept = error instanceof StoreUnavailableError ? this.rejectTheOld(group, error) : [];
    if (!(error instanceof StoreUnavailableError)) for (const { reject } of group) reject(error);
    if (kept.length === 0) return;
    await this.backOff.pause();
    this.retries += 1;
    // In front of those that came later: they may build on these.
    this.queue.unshift(...kept);
  }

  /** Once it is known that the database is away, nobody waits for long any more: one try, and the answer is no. */
  private rejectTheOld(group: readonly Pending[], error: StoreUnavailableError): Pending[] {
    const now = performance.now();
    this.failingSince ??= now;
    const isAway = now - this.failingSince >= this.options.patienceMs;
    return group.filter(({ since, reject }) => {
      const isOld = isAway || now - since >= this.options.patienceMs;
      if (isOld) reject(new StoreUnavailableError(`nothing was appended, or a repeat will find it: ${error.message}`));
      return !isOld;
    });
  }

  private takeGroup(): Pending[] {
    let events = 0;
    let characters = 0;
    const cut = this.queue.findIndex(({ append }, index) => {
      events += append.ids.length;
      characters += append.events.length;
      return index > 0 && (index >= MOST_APPENDS || events > MOST_EVENTS || characters > MOST_CHARACTERS);
    });
    return this.queue.splice(0, cut === -1 ? this.queue.length : cut);
  }
}
