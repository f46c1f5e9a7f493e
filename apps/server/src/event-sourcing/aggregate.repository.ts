import { Inject, Injectable } from '@nestjs/common';
import type { DomainEvent } from '#events/catalogue';
import { definitionOf } from '#events/catalogue';
import { formats, inFormat } from '#events/formats';
import { upcast } from '#events/upcast';
import type { EventMetadata } from '#events/vocabulary';
import type { EventStore, NewEvent, RecordedEvent } from '#event-store/event-store.port';
import { StoreUnavailableError, WrongExpectedRevisionError } from '#event-store/event-store.errors';
import type { CommandEnvelope } from './command-envelope.js';
import { CommandRejectedError, KeyReusedError, StreamClosedError, TooMuchContentionError } from './command-failures.js';
import { EVENT_STORE } from './event-store.token.js';
import { type AnyAggregate, CachedAggregates } from './appending/cached-aggregates.js';
import { type AppliedEvent, type Place, placeOf } from './event-sourced.aggregate.js';
import { eventIdsOf } from './event-id.js';
import { LogClock } from './log-clock.js';
import { StoreTrouble } from './appending/store-trouble.js';
import { StreamQueues } from './appending/stream-queues.js';

/**
 * What became of a command. `place` is where its effect stands in the log; `written` is 0 when it was already so. `repeats` holds
 * what an earlier sending of the same named command wrote: it was not decided again, and `place` is that sending's.
 */
export interface Transacted {
  readonly place: Place;
  readonly written: number;
  readonly repeats?: readonly DomainEvent[];
}

/** As many conflicts in a row mean something other than a race. */
const MAX_TRIES = 20;

/**
 * The only way to an append: loads an aggregate, lets it decide, appends with the expected revision, and decides again when
 * somebody else was first. Commands of one stream run one after the other, so nobody is answered "already so" about something
 * that is not durable yet.
 */
@Injectable()
export class AggregateRepository {
  private readonly queues = new StreamQueues();
  /** Of the log, as far as it is folded. Until it is, nothing is appended but what makes the log. */
  private format = () => formats.newest;
  private reserved: { readonly stream: string; readonly why: string } | undefined;

  constructor(@Inject(EVENT_STORE) private readonly store: EventStore, private readonly cached: CachedAggregates, private readonly clock: LogClock, private readonly trouble: StoreTrouble) {}

  /** From now on events are written in the format that this says. */
  writeIn(format: () => number): void {
    this.format = format;
  }

  /** From now on only this stream is written to, and everybody else is told why and to try again; undefined ends it. */
  reserve(reserved: { readonly stream: string; readonly why: string } | undefined): void {
    this.reserved = reserved;
  }

  /**
   * @param make builds the empty aggregate of the stream
   * @param decide lets the aggregate handle the command; called again after a conflict, and not at all for a repeat of a named command
   * @param begins whether it is most likely the stream's first command, as a start of a run is: then it is decided without reading a stream that is not
   * there, and the expected revision tells when that was wrong. A refusal is said only of what was read
   * @throws CommandRejectedError, KeyReusedError, StreamClosedError, TooMuchContentionError, StoreUnavailableError
   */
  transact<Aggregate extends AnyAggregate>(
    make: () => Aggregate,
    envelope: CommandEnvelope,
    decide: (aggregate: Aggregate, metadata: EventMetadata) => void,
    { begins = false } = {},
  ): Promise<Transacted> {
    const fresh = make();
    const { stream = fresh.stream, why } = this.reserved ?? {};
    if (stream !== fresh.stream) return Promise.reject(new StoreUnavailableError(`nothing was appended: ${why}`));
    return this.queues.run(fresh.stream, () => this.cached.whileUsed(fresh.stream, envelope.commandId, async () => {
      const begun = begins && this.cached.get(fresh.stream) === undefined ? await this.begin(make(), envelope, decide) : undefined;
      if (begun !== undefined) return begun;
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const aggregate = await this.load(tries === 0 ? fresh : make());
        const done = await this.repeatOf(aggregate, envelope) ?? await this.attempt(aggregate as Aggregate, envelope, decide);
        if (done !== undefined) return done;
      }
      throw new TooMuchContentionError(`${fresh.stream} changes faster than this command could be decided`);
    }));
  }

  /** One try on an empty stream; undefined when it is none, or when the command is refused on one: both are decided on what is there. */
  private async begin<Aggregate extends AnyAggregate>(
    empty: Aggregate,
    envelope: CommandEnvelope,
    decide: (aggregate: Aggregate, metadata: EventMetadata) => void,
  ): Promise<Transacted | undefined> {
    this.cached.keep(empty);
    try {
      return await this.attempt(empty, envelope, decide);
    } catch (error) {
      if (!(error instanceof CommandRejectedError)) throw error;
      this.cached.forget(empty.stream);
      return undefined;
    }
  }

  /** A named command that was recorded is not decided again: what it would do now is not what it did then (design section 10.13). */
  private async repeatOf(aggregate: AnyAggregate, { commandId, fingerprint }: CommandEnvelope): Promise<Transacted | undefined> {
    const recorded = aggregate.recordedOf(commandId);
    if (recorded === undefined) return undefined;
    if (recorded.fingerprint !== fingerprint) {
      throw new KeyReusedError('this Idempotency-Key has named another request on this route already; nothing was changed');
    }
    const repeats: DomainEvent[] = [];
    let { place } = aggregate;
    for await (const event of this.store.read(aggregate.stream, recorded.first)) {
      if (event.metadata.commandId !== commandId) break;
      repeats.push(upcast(event));
      place = placeOf(event);
    }
    return { place: requirePlace(aggregate.stream, place), written: 0, repeats };
  }

  /** One try; undefined after a conflict. An aggregate whose state is ahead of the log is forgotten. */
  private async attempt<Aggregate extends AnyAggregate>(
    aggregate: Aggregate,
    envelope: CommandEnvelope,
    decide: (aggregate: Aggregate, metadata: EventMetadata) => void,
  ): Promise<Transacted | undefined> {
    const before = aggregate.place;
    const metadata = this.metadataFor(aggregate.stream, envelope);
    try {
      decide(aggregate, metadata);
    } catch (error) {
      // What was refused changed nothing, unless something had been decided before it.
      if (aggregate.takeUncommitted().length > 0) this.cached.forget(aggregate.stream);
      throw error;
    }
    const decided = aggregate.takeUncommitted();
    if (decided.length === 0) return { place: requirePlace(aggregate.stream, before), written: 0 };
    try {
      const events = toNewEvents(aggregate.stream, decided, metadata, this.format());
      const { revision, position } = await this.store.append(aggregate.stream, before?.revision ?? 'none', events);
      this.trouble.succeeded();
      aggregate.appended({ revision, receipt: { position: position.toString(), eventId: events.at(-1)?.id ?? '' } });
      // What was written in an older version is folded from that, as it will be ever after.
      if (events.some(({ type, schemaVersion }) => schemaVersion !== definitionOf(type)?.version)) this.cached.forget(aggregate.stream);
      return { place: requirePlace(aggregate.stream, aggregate.place), written: events.length };
    } catch (error) {
      this.cached.forget(aggregate.stream);
      if (error instanceof WrongExpectedRevisionError) return undefined;
      if (error instanceof StoreUnavailableError) this.trouble.failed(error);
      throw error;
    }
  }

  private metadataFor(stream: string, { commandId, actor, reason, ticket, causationId, fingerprint }: CommandEnvelope): EventMetadata {
    return {
      at: this.clock.now(), actor, commandId, correlationId: stream, causationId: causationId ?? commandId,
      ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }), ...(fingerprint === undefined ? {} : { fingerprint }),
    };
  }

  private async load(empty: AnyAggregate): Promise<AnyAggregate> {
    const aggregate = this.cached.get(empty.stream) ?? empty;
    if (aggregate === empty) for await (const recorded of this.store.read(empty.stream)) replayInto(empty, recorded);
    this.cached.keep(aggregate);
    return aggregate;
  }
}

function toNewEvents(stream: string, decided: readonly AppliedEvent[], metadata: EventMetadata, format: number): NewEvent[] {
  const events = decided.map(({ event }) => event);
  const ids = eventIdsOf(stream, events, metadata);
  return events.map((event, index) => ({ id: ids[index] ?? '', ...inFormat(event, format), metadata }));
}

function replayInto(aggregate: AnyAggregate, recorded: RecordedEvent): void {
  const { metadata, revision } = recorded;
  try {
    aggregate.replay({ event: upcast(recorded), metadata }, placeOf(recorded));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CorruptHistoryError') throw error;
    throw new StreamClosedError(`${aggregate.stream} is closed: its history cannot be (revision ${revision}: ${error.message})`);
  }
}

function requirePlace(stream: string, place: Place | undefined): Place {
  if (place === undefined) throw new Error(`a command on ${stream} decided nothing, and there is nothing it could refer to`);
  return place;
}
