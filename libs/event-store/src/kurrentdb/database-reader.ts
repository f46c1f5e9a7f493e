import type { KurrentDBClient, ReadPosition, ResolvedEvent } from '@kurrent/kurrentdb-client';
import { BACKWARDS, END, START, streamNameFilter } from '@kurrent/kurrentdb-client';
import { isAbsent, mayMeanNoRecordThere } from './kurrentdb.errors.js';
import type { PersistentCaller } from './persistent-caller.js';
import type { PlacedEvent } from './stored-event.js';
import { fromDatabase } from './stored-event.js';

/** A place to read on from: a position, or the very start of the log. */
export type Start = bigint | typeof START;

type ReadAllOptions = Parameters<KurrentDBClient['readAll']>[0];

/** Bounded reads of our part of the database, each a call of its own: none stays open while its consumer thinks. All ask the leader, which lags behind nobody. */
export class DatabaseReader {
  constructor(private readonly caller: PersistentCaller, private readonly prefix: string) {}

  /** The last event of the whole log. */
  async last(): Promise<PlacedEvent | undefined> {
    const [event] = await this.caller.call('reading the head of the log', (client) => collected(
      client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, filter: this.filter(undefined), requiresLeader: true })), endOfDatabase);
    return event && this.placed(event);
  }

  /** The last event of one stream. */
  async lastOf(stream: string): Promise<PlacedEvent | undefined> {
    const [event] = await this.streamEvents(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 });
    return event;
  }

  /** At most `limit` events of a stream after a revision (-1: from its start). */
  async streamPage(stream: string, after: number, limit: number): Promise<PlacedEvent[]> {
    // One before and one more, so that it does not matter whether the start counts as read.
    const events = await this.streamEvents(stream, { fromRevision: after < 0 ? START : BigInt(after), maxCount: limit + 1 });
    return events.filter(({ event }) => event.revision > after).slice(0, limit);
  }

  /**
   * At most `limit` events in log order from the first start on that the database takes for one, that event included. A number that is no record's
   * position is refused by it, and callers may name any.
   */
  async page(starts: readonly Start[], limit: number, prefixes: readonly string[] | undefined): Promise<PlacedEvent[]> {
    const events = await this.caller.call('reading the log', (client) => this.fromFirstTaken(client, starts, { maxCount: limit, filter: this.filter(prefixes), requiresLeader: true }), endOfDatabase);
    return events.map((event) => this.placed(event));
  }

  /** @throws CorruptLogError when it is none of ours, though it has a name of ours */
  placed(event: ResolvedEvent): PlacedEvent {
    return fromDatabase(event, this.prefix);
  }

  /** For the server: nothing but our own streams ever comes over the wire. */
  filter(prefixes: readonly string[] | undefined): ReturnType<typeof streamNameFilter> {
    return streamNameFilter({ prefixes: this.prefixed(prefixes) });
  }

  prefixed(prefixes: readonly string[] | undefined): string[] {
    return (prefixes ?? ['']).map((each) => this.prefix + each);
  }

  /** The client does not tell a refused position from a dead node: so the end of the database is asked as well, and each start once more, before the last one is taken. */
  private async fromFirstTaken(client: KurrentDBClient, starts: readonly Start[], options: ReadAllOptions): Promise<ResolvedEvent[]> {
    for (const start of [...starts.slice(0, -1), 'probe', ...starts.slice(0, -1)] as const) {
      if (start === 'probe') {
        if (starts.length > 1) await endOfDatabase(client);
        continue;
      }
      try {
        return await collected(client.readAll({ ...options, fromPosition: positionOf(start) }));
      } catch (error) {
        if (!mayMeanNoRecordThere(error)) throw error;
      }
    }
    return collected(client.readAll({ ...options, fromPosition: positionOf(starts.at(-1)!) }));
  }

  private async streamEvents(stream: string, options: Parameters<KurrentDBClient['readStream']>[1]): Promise<PlacedEvent[]> {
    const events = await this.caller.call(`reading ${stream}`, async (client) => {
      try {
        return await collected(client.readStream(this.prefix + stream, { ...options, requiresLeader: true }));
      } catch (error) {
        if (isAbsent(error)) return [];
        throw error;
      }
    });
    return events.map((event) => this.placed(event));
  }
}

/** Whoever wrote it: with a filter the database looks through what others wrote since our last event, which takes it seconds for a million. */
function endOfDatabase(client: KurrentDBClient): Promise<unknown> {
  return collected(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader: true }));
}

function positionOf(start: Start): ReadPosition {
  return start === START ? START : { commit: start, prepare: start };
}

async function collected(events: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> {
  const all: ResolvedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
