import { createHash } from 'node:crypto';
import type { Instant } from '#events/vocabulary';
import type { EventStore, ExpectedRevision, NewEvent, RecordedEvent } from '../src/event-store.port.js';

/** The id that a cause gives: the same name, the same id. */
export function idOf(cause: string): string {
  const hex = createHash('sha256').update(cause).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** An event whose id derives from its name. */
export function event(name: string, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    id: idOf(name),
    type: 'NoteTaken',
    schemaVersion: 1,
    data: { name },
    metadata: {
      at: '2026-11-22T20:57:59.123Z' as Instant,
      actor: { kind: 'server', id: 'test' },
      commandId: `command of ${name}`,
      correlationId: 'test',
      causationId: 'test',
    },
    ...changes,
  };
}

export function events(prefix: string, count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => event(`${prefix}/${index}`));
}

export function nameOf({ data }: NewEvent): string {
  return (data as { readonly name: string }).name;
}

export async function namesIn(store: EventStore, stream: string, from?: number): Promise<string[]> {
  const names: string[] = [];
  for await (const recorded of store.read(stream, from)) names.push(nameOf(recorded));
  return names;
}

export async function everything(batches: AsyncIterable<readonly RecordedEvent[]>): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** Reads a subscription until `isEnough`, which ends it by its signal. */
export async function until(
  store: EventStore,
  options: { readonly after?: bigint; readonly isEnough: (seen: readonly RecordedEvent[]) => boolean },
): Promise<RecordedEvent[]> {
  const enough = new AbortController();
  const seen: RecordedEvent[] = [];
  for await (const batch of store.subscribe(options.after, { signal: enough.signal })) {
    seen.push(...batch);
    if (options.isEnough(seen)) enough.abort();
  }
  return seen;
}

/** Appends one event after another, each expecting the one before. */
export async function appendOneByOne(store: EventStore, stream: string, names: readonly string[], from: ExpectedRevision = 'none'): Promise<void> {
  let expected = from;
  for (const name of names) expected = (await store.append(stream, expected, [event(name)])).revision;
}

/** A caller changes what it has appended: refused where the store has frozen it, and without effect where it has made a copy. */
export function changeLater(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
