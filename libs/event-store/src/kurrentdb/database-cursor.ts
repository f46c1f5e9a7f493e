import type { ResolvedEvent } from '@kurrent/kurrentdb-client';
import { START } from '@kurrent/kurrentdb-client';
import type { Position, ReadFilter, RecordedEvent } from '../event-store.port.js';
import { CorruptLogError } from '../event-store.errors.js';
import { PageSize } from '../log/page-size.js';
import type { DatabaseReader, Start } from './database-reader.js';
import type { PlacedEvent } from './stored-event.js';

/** One step through the log; `batch` may be empty where the filter left everything out. */
export interface Step {
  readonly batch: readonly RecordedEvent[];
  readonly more: boolean;
}

/** A reader's place in the log, kept here and not in the database: whatever breaks in between, the next step goes on behind the last one. */
export class DatabaseCursor {
  private readonly types: ReadonlySet<string> | undefined;
  private readonly size = new PageSize();
  private before: PlacedEvent | undefined;
  /** The last position that was read here, or one up to which the database has said that nothing is. */
  private reached: Start | undefined;
  private checkpoint: bigint | undefined;

  constructor(private readonly reader: DatabaseReader, private readonly after: Position | undefined, private readonly filter: ReadFilter | undefined) {
    this.types = filter?.types && new Set(filter.types);
    if (after === undefined || after <= 0n) this.reached = START;
  }

  /** @throws CorruptLogError when part of an append is missing */
  async next(): Promise<Step> {
    if (this.filter?.streamPrefixes?.length === 0) return { batch: [], more: false };
    const limit = this.size.appends;
    const page = await this.reader.page(this.starts(), limit + 1, this.filter?.streamPrefixes);
    const fresh = this.passFresh(page);
    this.size.learn(fresh.map(({ data }) => ({ events: JSON.stringify(data) })));
    return { batch: fresh.filter((event) => this.isWanted(event)), more: page.length > limit };
  }

  /**
   * The same for what a subscription brought, which began where this cursor is or was.
   *
   * @throws CorruptLogError when part of an append is missing
   */
  take(events: readonly ResolvedEvent[]): RecordedEvent[] {
    return this.passFresh(events.map((event) => this.reader.placed(event))).filter((event) => this.isWanted(event));
  }

  /** Whether there is something up to a position that did not pass here. */
  isBefore(position: Position): boolean {
    return position > (typeof this.reached === 'bigint' ? this.reached : this.after ?? 0n);
  }

  /** Where a subscription goes on from; undefined while nothing tells a position at which a record begins. */
  get start(): Start | undefined {
    return this.checkpoint ?? this.reached;
  }

  /** The database says that nothing of ours is up to here. */
  nothingUpTo(checkpoint: bigint): void {
    this.checkpoint = checkpoint;
  }

  forgetCheckpoint(): void {
    this.checkpoint = undefined;
  }

  /** Learns a true position from the end of the log, where `after` is only a number. False when there is something to be read first. */
  async findStart(): Promise<boolean> {
    const last = await this.reader.last();
    if (last !== undefined && last.event.position > (this.after ?? 0n)) return false;
    this.reached = last?.event.position ?? START;
    return true;
  }

  /** Callers may name the number just before an event's position; then that event is where a record begins. The last resort costs a walk through the log. */
  private starts(): Start[] {
    const known = this.reached ?? [this.after!, this.after! + 1n, START];
    return [this.checkpoint ?? [], known].flat() as Start[];
  }

  private passFresh(placed: readonly PlacedEvent[]): RecordedEvent[] {
    const fresh = placed.filter(({ event }) => this.isAhead(event));
    for (const each of fresh) this.pass(each);
    return fresh.map(({ event }) => event);
  }

  private isAhead({ position }: RecordedEvent): boolean {
    return typeof this.reached !== 'bigint' || position > this.reached;
  }

  private isWanted({ position, type }: RecordedEvent): boolean {
    return position > (this.after ?? 0n) && (this.types === undefined || this.types.has(type));
  }

  private pass(placed: PlacedEvent): void {
    const { event, part } = placed;
    const { before } = this;
    const isRest = before !== undefined && before.part < before.of - 1;
    // The first one that is read may be in the middle of its append.
    const fits = isRest ? event.stream === before.event.stream && part === before.part + 1 : before === undefined || part === 0;
    if (!fits) throw new CorruptLogError(`the log has a gap before ${event.stream} at revision ${event.revision} (position ${event.position}): part of an append is missing`);
    this.before = placed;
    this.reached = event.position;
    this.checkpoint = undefined;
  }
}
