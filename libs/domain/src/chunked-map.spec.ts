import fc from 'fast-check';
import { type ChunkedMap, keysOf, valueOf, valuesOf, withEntry, withoutEntry } from './chunked-map.js';

const EMPTY: ChunkedMap<number, string> = [];

const steps = fc.array(fc.tuple(fc.constantFrom('with', 'with', 'with', 'without'), fc.integer({ min: 0, max: 900 })), { maxLength: 2_000, size: 'max' });

const entriesOf = (map: ChunkedMap<number, string>) => keysOf(map).map((key) => [key, valueOf(map, key)]);

it('holds what a map does that is changed by the same steps, and none of its versions changes any more', () => {
  fc.assert(fc.property(steps, fc.nat(2_000), (drawn, at) => {
    const model = new Map<number, string>();
    let map = EMPTY;
    let kept: { map: ChunkedMap<number, string>; entries: unknown } | undefined;
    for (const [index, [what, key]] of drawn.entries()) {
      if (index === at) kept = { map, entries: entriesOf(map) };
      if (what === 'with') model.set(key, `${index}`);
      else model.delete(key);
      map = what === 'with' ? withEntry(map, key, `${index}`) : withoutEntry(map, key);
    }
    const sorted = (entries: Iterable<unknown>) => [...entries].map(String).sort();
    expect(sorted(entriesOf(map))).toEqual(sorted(model));
    expect(sorted(valuesOf(map))).toEqual(sorted(model.values()));
    if (kept !== undefined) expect(entriesOf(kept.map)).toEqual(kept.entries);
  }), { numRuns: 50 });
});

it('has its keys in the order in which they came, and what is set anew keeps its place', () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => index);
  let map = keys.reduce((so, key) => withEntry(so, key, 'first'), EMPTY);
  map = withEntry(withoutEntry(withEntry(map, 3, 'second'), 700), 700, 'third');
  expect(keysOf(map)).toEqual([...keys.filter((key) => key !== 700), 700]);
  expect([3, 700, 4, 1_000].map((key) => valueOf(map, key))).toEqual(['second', 'third', 'first', undefined]);
});

it('is the same where nothing is taken out, and as empty as before when all is', () => {
  expect(withoutEntry(EMPTY, 1)).toBe(EMPTY);
  expect(withoutEntry(withEntry(EMPTY, 1, 'one'), 1)).toEqual(EMPTY);
});
