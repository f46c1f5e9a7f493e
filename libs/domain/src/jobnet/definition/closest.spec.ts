import { closest } from './closest.js';

describe('the closest words', () => {
  it.each([
    ['comand', 'command'], ['commadn', 'command'], ['Command', 'command'], ['agents', 'agent'], ['agnet', 'agent'], ['sucessCode', 'successCodes'], ['evn', 'env'],
  ])('of %s are %s', (word, meant) => {
    expect(closest(word, ['command', 'agent', 'after', 'successCodes', 'env', 'cwd'])).toEqual([meant]);
  });

  it('come nearest first, three at most', () => {
    expect(closest('extract', ['extrakkt', 'extracts', 'extract1', 'extract', 'extract2'])).toEqual(['extract', 'extracts', 'extract1']);
  });

  it.each(['', 'x', 'A9', 'banana', 'x'.repeat(100_000)])('are none of %.20s', (word) => {
    expect(closest(word, ['env', 'A1', 'command'])).toEqual([]);
  });
});
