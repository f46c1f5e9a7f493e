import { START } from '@kurrent/kurrentdb-client';
import { CorruptLogError } from '../../event-store.errors.js';
import { PageSize } from '../../log/page-size.js';
import type { RecordedAppend } from '../../movable-event-store.port.js';
import type { DatabaseReader, Start } from '../database-reader.js';
import type { PlacedEvent } from '../stored-event.js';

/** The whole log, append by append: each event says which part of how many it is. @throws CorruptLogError where one is missing */
export async function* readAppends(reader: DatabaseReader): AsyncGenerator<readonly RecordedAppend[], void, void> {
  const size = new PageSize();
  let open: PlacedEvent[] = [];
  for (let reached: Start = START; ;) {
    const limit = size.appends;
    // One more, because the event at the start may count as read or not.
    const page: readonly PlacedEvent[] = await reader.page([reached], limit + 1, undefined);
    const after: Start = reached;
    const fresh: readonly PlacedEvent[] = page.filter(({ event }) => typeof after !== 'bigint' || event.position > after);
    const whole: RecordedAppend[] = [];
    for (const placed of fresh) {
      check(placed, open.at(-1));
      open.push(placed);
      reached = placed.event.position;
      if (placed.part < placed.of - 1) continue;
      whole.push(open.map(({ event }) => event) as unknown as RecordedAppend);
      open = [];
    }
    if (whole.length > 0) yield whole;
    if (page.length <= limit) break;
    size.learn(fresh.map(({ event }) => ({ events: JSON.stringify(event.data) })));
  }
  const [first] = open;
  if (first !== undefined) throw incomplete(first);
}

function check(placed: PlacedEvent, before: PlacedEvent | undefined): void {
  const fits = before === undefined ? placed.part === 0 : placed.event.stream === before.event.stream && placed.part === before.part + 1 && placed.of === before.of;
  if (!fits) throw incomplete(placed);
}

function incomplete({ event: { stream, revision, position } }: PlacedEvent): CorruptLogError {
  return new CorruptLogError(`the log has a gap at ${stream}, revision ${revision} (position ${position}): part of an append is missing`);
}
