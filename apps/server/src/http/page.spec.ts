import { manyOf, pageOf, sortedPageOf } from './page.js';

const letters = ['a', 'b', 'c', 'd', 'e'];
const itself = (item: string) => item;

function walk(read: (cursor: string | undefined) => { items: string[]; next?: string }): string[][] {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = read(cursor);
    pages.push(page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return pages;
}

describe('a page', () => {
  it('follows the one before it without gap or double, and the last names no next', () => {
    expect(walk((cursor) => pageOf(letters, 2, cursor, itself))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(walk((cursor) => pageOf(letters, 5, cursor, itself))).toEqual([letters]);
    expect(pageOf([], 5, undefined, itself)).toEqual({ items: [] });
  });

  it('is stable while more is added', () => {
    const { next } = pageOf(letters, 2, undefined, itself);
    expect(pageOf([...letters, 'f'], 9, next, itself).items).toEqual(['c', 'd', 'e', 'f']);
  });

  it('goes on behind its cursor also when the filter does not let that item through any more', () => {
    const { next } = pageOf(letters, 2, undefined, itself, (item) => item !== 'a');
    expect(next).toBe('c');
    expect(pageOf(letters, 2, next, itself, (item) => item > 'c').items).toEqual(['d', 'e']);
  });

  it('of a cursor that no page ended with is refused, not empty', () => {
    expect(() => pageOf(letters, 2, 'x', itself)).toThrow(expect.objectContaining({ status: 400, code: 'invalid-request' }));
  });
});

describe('a page of a list whose items come and go', () => {
  it('follows the one before it without gap or double', () => {
    expect(walk((cursor) => sortedPageOf(letters, 2, cursor, itself))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('begins behind its cursor also when that item is gone', () => {
    const { next } = sortedPageOf(letters, 2, undefined, itself);
    expect(sortedPageOf(['a', 'c', 'd'], 2, next, itself).items).toEqual(['c', 'd']);
  });
});

describe('a filter', () => {
  it('takes one value or several separated by commas', () => {
    expect(manyOf.parse('one')).toEqual(['one']);
    expect(manyOf.parse('one, two,,three')).toEqual(['one', 'two', 'three']);
  });
});
