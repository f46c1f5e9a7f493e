import { isScalar } from 'yaml';
import { checkDefinition } from '#domain/jobnet/definition/check-definition';
import type { JobnetDefinition } from '#events/definition';
import type { DefinitionFault } from '#protocol/problem';
import { checkText, linesOf } from './check-text.js';
import { parseText } from './parse-text.js';
import { offsetOf } from './place.js';
import { readDocument } from './read-document.js';
import { inOrder, type TextFault } from './text-fault.js';

export type DefinitionOfText = { readonly definition: JobnetDefinition } | { readonly faults: readonly DefinitionFault[] };

/**
 * Reads a jobnet from YAML 1.2 or JSON text of at most 1 MiB. Answers the definition as it is stored, or every fault of the text with
 * 1-based line and column (in UTF-16 units), in order of position. Never throws, whatever the text.
 */
export function readDefinition(text: string): DefinitionOfText {
  // A byte order mark belongs to the file, not to its first line.
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const reading = read(body);
  return 'definition' in reading ? reading : { faults: inOrder(reading.faults, linesOf(body)) };
}

function read(text: string): { definition: JobnetDefinition } | { faults: readonly TextFault[] } {
  const textFaults = checkText(text);
  if (textFaults.length > 0) return { faults: textFaults };
  const { document, syntaxFaults, otherFaults } = parseText(text);
  // Half a document would be blamed for what its broken half says.
  if (document === undefined || syntaxFaults.length > 0) return { faults: [...syntaxFaults, ...otherFaults] };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null && contents.source === '')) return { faults: [emptyText(), ...otherFaults] };
  const { value, place, faults: readingFaults } = readDocument(document, linesOf(text));
  const found = [...otherFaults, ...readingFaults];
  const checked = checkDefinition(value);
  if ('definition' in checked) return found.length > 0 ? { faults: found } : checked;
  const reported = new Set(readingFaults.map(({ offset }) => offset));
  const faults = checked.faults.map((fault): TextFault => ({ code: fault.code, message: fault.message, path: fault.path, offset: offsetOf(fault, place) }));
  // What could not be read at all is not blamed a second time for being empty.
  return { faults: [...found, ...faults.filter(({ offset }) => !reported.has(offset))] };
}

function emptyText(): TextFault {
  return { code: 'empty-text', message: 'The text is empty; a jobnet has at least jobnet: and its id, and jobs: with one job under it.', path: [], offset: 0 };
}
