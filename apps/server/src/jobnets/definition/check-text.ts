import { LineCounter } from 'yaml';
import type { TextFault } from './text-fault.js';

export const MAX_TEXT_BYTES = 1024 * 1024;

/** What YAML and JSON both forbid raw: control characters but tab and line ends, and halves of surrogate pairs. */
// eslint-disable-next-line no-control-regex -- these are the characters to find
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F]|\p{Surrogate}/gu;
const MAX_CHARACTER_FAULTS = 100;

/** Faults that make it pointless, or too costly, to parse the text. */
export function checkText(text: string): TextFault[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES) {
    return [{ code: 'text-too-large', message: `The text takes ${bytes} bytes; at most ${MAX_TEXT_BYTES} are accepted.`, path: [], offset: 0 }];
  }
  const faults: TextFault[] = [];
  for (const { 0: character, index } of text.matchAll(FORBIDDEN)) {
    if (faults.length === MAX_CHARACTER_FAULTS) break;
    const codePoint = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    const message = `The character ${codePoint} cannot stand in YAML or JSON text; is this a text file in UTF-8? In a quoted string it is written as an escape.`;
    faults.push({ code: 'forbidden-character', message, path: [], offset: index });
  }
  return faults;
}

/** Finds the line and column of an offset, also in text that was never parsed to its end. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  return lines;
}
