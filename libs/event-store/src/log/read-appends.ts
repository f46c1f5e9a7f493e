import { setImmediate } from 'node:timers/promises';
import { CorruptLogError } from '../event-store.errors.js';
import type { RecordedAppend } from '../movable-event-store.port.js';
import type { LogSource } from './log-source.js';
import { PageSize } from './page-size.js';
import { decode } from './stored-append.js';

/** The whole of a log of ours, append by append. @throws CorruptLogError at a gap */
export async function* readAppends(source: LogSource): AsyncGenerator<readonly RecordedAppend[], void, void> {
  const size = new PageSize();
  for (let expected = 1; ;) {
    const limit = size.appends;
    const page = await source.page(expected, limit, undefined);
    for (const { position, count } of page) {
      if (position !== expected || count < 1) throw new CorruptLogError(`the log has a gap: position ${expected} is followed by ${position}`);
      expected += count;
    }
    if (page.length > 0) yield page.map((append) => decode(append) as unknown as RecordedAppend);
    if (page.length < limit) return;
    size.learn(page);
    await setImmediate();
  }
}
