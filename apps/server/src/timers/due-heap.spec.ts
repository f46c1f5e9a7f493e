import type { Instant } from '#events/vocabulary';
import fc from 'fast-check';
import { DueHeap } from './due-heap.js';

const at = (minute: number): Instant => new Date(Date.UTC(2026, 10, 22, 20, minute)).toISOString() as Instant;

const anyChanges = fc.array(fc.record({ key: fc.integer({ min: 1, max: 40 }), minute: fc.option(fc.nat({ max: 500 }), { nil: undefined }) }), { maxLength: 3000 });

describe('what is due', () => {
  it('is what was last said of each key, the earliest first', () => {
    fc.assert(fc.property(anyChanges, fc.nat({ max: 500 }), fc.integer({ min: 1, max: 50 }), (changes, now, most) => {
      const heap = new DueHeap();
      const holds = new Map<string, Instant>();
      for (const { key, minute } of changes) {
        heap.set(`run-${key}`, minute === undefined ? undefined : at(minute));
        if (minute === undefined) holds.delete(`run-${key}`);
        else holds.set(`run-${key}`, at(minute));
      }
      const sorted = [...holds.values()].sort();
      expect(heap.first).toBe(sorted[0]);
      const due = heap.dueBy(at(now), most);
      expect(due.map((key) => holds.get(key))).toEqual(sorted.filter((each) => each <= at(now)).slice(0, most));
      expect(heap.dueBy(at(now), most).sort()).toHaveLength(due.length);
    }));
  });

  it('is forgotten when nothing is due for it any more, however often it was moved', () => {
    const heap = new DueHeap();
    for (let turn = 0; turn < 5000; turn += 1) heap.set('one', at(turn % 600));
    heap.set('one', undefined);
    expect([heap.first, heap.dueBy(at(999), 9)]).toEqual([undefined, []]);
  });
});
