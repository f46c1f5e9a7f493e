import { RecentAppends } from './recent-appends.js';
import type { StoredAppend } from './stored-append.js';

function append(position: number, changes: Partial<StoredAppend> = {}): StoredAppend {
  return { position, count: 1, stream: `run-${position}`, revision: 0, metadata: '{}', events: '[]', ...changes };
}

function filled(count: number, changes: Partial<StoredAppend> = {}): RecentAppends {
  const recent = new RecentAppends();
  for (let position = 1; position <= count; position += 1) recent.add([append(position, changes)]);
  return recent;
}

const positions = (page: readonly StoredAppend[] | undefined) => page?.map(({ position }) => position);

describe('the newest appends', () => {
  it('are a page from any of them on, up to the end of the log', () => {
    const recent = filled(5);
    expect(positions(recent.page(3, 500, undefined))).toEqual([3, 4, 5]);
    expect(positions(recent.page(2, 2, undefined))).toEqual([2, 3]);
  });

  it('say so when they do not reach back that far, and when nothing begins there', () => {
    const recent = new RecentAppends();
    expect(recent.page(1, 10, undefined)).toBeUndefined();
    recent.add([append(10, { count: 3 }), append(13)]);
    for (const from of [9, 11, 14]) expect(recent.page(from, 10, undefined)).toBeUndefined();
  });

  it('keep the row of a stream that the filter leaves out, without its text', () => {
    const recent = new RecentAppends();
    recent.add([append(1, { stream: 'agent-local' }), append(2)]);
    expect(recent.page(1, 10, ['run-'])).toMatchObject([{ position: 1, events: null }, { position: 2, events: '[]' }]);
  });

  it('forget the oldest by number and by weight, and never leave a gap', () => {
    const many = filled(10_000);
    expect(many.page(7_999, 1, undefined)).toBeUndefined();
    const heavy = filled(100, { events: 'x'.repeat(500_000) });
    expect(heavy.page(91, 1, undefined)).toBeUndefined();
    for (const [recent, last] of [[many, 10_000], [heavy, 100]] as const) {
      const first = Array.from({ length: last }, (_, index) => index + 1).find((from) => recent.page(from, 1, undefined) !== undefined) ?? 0;
      expect(positions(recent.page(first, last, undefined))).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
      expect(last - first).toBeGreaterThan(2);
    }
  });
});
