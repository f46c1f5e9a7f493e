import { columnsOf, visible } from './plain-text.js';
import type { Paint } from './colour.js';

/** A cell is text, or text with a word that colours it. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

/** Aligned columns, two blanks between them, no line ends in blanks. Columns that are empty in every row are left out. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const used = headings.map((_, column) => rows.some((row) => textOf(row[column]) !== ''));
  const lines: (readonly Cell[])[] = [headings, ...rows].map((line) => line.filter((_, column) => used[column]));
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => columnsOf(textOf(line[column])))));
  return lines.map((line) => drawn(line, widths));
}

function drawn(line: readonly Cell[], widths: readonly number[]): string {
  const filled = line.map((cell, column) => textOf(cell) === '' ? -1 : column);
  const last = Math.max(...filled);
  return line.slice(0, last + 1).map((cell, column) => {
    const text = textOf(cell);
    const painted = typeof cell === 'string' ? text : cell.paint(text);
    return column === last ? painted : painted + ' '.repeat(widths[column]! - columnsOf(text));
  }).join('  ');
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return visible(typeof cell === 'string' ? cell : cell.text);
}
