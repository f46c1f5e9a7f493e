import { coloursFor } from './colour.js';
import { columnsOf, oneLine, visible } from './plain-text.js';
import { table } from './table.js';

describe('a table', () => {
  it('aligns its columns and ends no line in blanks', () => {
    expect(table(['JOB', 'STATE'], [['A1', 'running'], ['long-name', '']])).toEqual(['JOB        STATE', 'A1         running', 'long-name']);
  });

  it('leaves out a column that is empty everywhere', () => {
    expect(table(['A', 'B', 'C'], [['1', '', '3']])).toEqual(['A  C', '1  3']);
  });

  it('counts Japanese characters as two columns', () => {
    expect(table(['WHY', 'WHO'], [['手動', 'a'], ['by hand', 'b']])).toEqual(['WHY      WHO', '手動     a', 'by hand  b']);
  });

  it('is aligned by what is seen, not by the colour codes', () => {
    const red = (text: string) => `\u001b[31m${text}\u001b[0m`;
    expect(table(['S', 'X'], [[{ text: 'failed', paint: red }, '1']])).toEqual(['S       X', '\u001b[31mfailed\u001b[0m  1']);
  });

  it('never hands control characters of others to the terminal', () => {
    expect(table(['WHY'], [['a\u001b[2Jb\nc\u202e']])).toEqual(['WHY', 'a\\u001b[2Jb\\nc\\u202e']);
  });
});

describe('plain text', () => {
  it('joins lines', () => expect(oneLine(' a\n  b\t c ')).toBe('a b c'));
  it('shows a tab', () => expect(visible('a\tb')).toBe('a\\tb'));
  it('gives a combining mark no column', () => expect(columnsOf('e\u0301')).toBe(1));
});

describe('colour', () => {
  const to = (isTTY: boolean, env: Record<string, string> = {}) => coloursFor({ env, stdout: { isTTY } as NodeJS.WriteStream })('failed')('x');

  it('is used on a terminal', () => expect(to(true)).toBe('\u001b[31mx\u001b[0m'));
  it('is not used in a file or pipe', () => expect(to(false)).toBe('x'));
  it('is not used under NO_COLOR', () => expect(to(true, { NO_COLOR: '1' })).toBe('x'));
  it('is used when NO_COLOR is empty', () => expect(to(true, { NO_COLOR: '' })).not.toBe('x'));
  it('leaves words alone that it does not know', () => {
    expect(coloursFor({ env: {}, stdout: { isTTY: true } as NodeJS.WriteStream })('dreaming')('x')).toBe('x');
  });
});
