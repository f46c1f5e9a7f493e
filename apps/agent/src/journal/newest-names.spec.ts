import fc from 'fast-check';
import { NewestNames } from './newest-names.js';

/** The same, said as simply as it can be. */
function newest(most: number, first: readonly string[], added: readonly string[]): string[] {
  const names = [...new Set(first)];
  for (const name of added) {
    if (!names.includes(name)) names.push(name);
    names.splice(0, names.length - most);
  }
  return names;
}

const names = fc.array(fc.nat(40).map(String), { maxLength: 120 });

describe('the newest names', () => {
  it('are those that came last, in their order, whatever came before', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), names, names, (most, first, added) => {
      const kept = new NewestNames(most, first);
      for (const name of added) kept.add(name);
      const expected = newest(most, first, added);
      expect([...kept]).toEqual(expected);
      expect([kept.size, expected.every((name) => kept.has(name))]).toEqual([expected.length, true]);
    }));
  });

  it('forget the oldest also when it was named again since', () => {
    const kept = new NewestNames(2, []);
    for (const name of ['a', 'b', 'a', 'c']) kept.add(name);
    expect([...kept]).toEqual(['b', 'c']);
  });
});
