import { isScalar } from 'yaml';
import type { Fault } from '#domain/jobnet/definition/faults';
import type { DefinitionFault } from '#protocol/problem';
import { checkText, linesOf } from './check-text.js';
import { parseText } from './parse-text.js';
import { offsetOf } from './place.js';
import { readDocument } from './read-document.js';
import { inOrder, type TextFault } from './text-fault.js';

export type OfText<Definition> = { readonly definition: Definition } | { readonly faults: readonly DefinitionFault[] };

/** What makes a definition of a parsed document, or says every fault of it. */
type Check<Definition> = (document: unknown) => { readonly definition: Definition } | { readonly faults: readonly Fault[] };

/**
 * Reads YAML 1.2 or JSON text of at most 1 MiB. Answers the definition as it is stored, or every fault of the text with 1-based line and
 * column (in UTF-16 units), in order of position. Never throws, whatever the text.
 * @param empty what is said of a text without anything in it
 */
export function readChecked<Definition>(text: string, check: Check<Definition>, empty: string): OfText<Definition> {
  // A byte order mark belongs to the file, not to its first line.
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const reading = read(body, check, empty);
  return 'definition' in reading ? reading : { faults: inOrder(reading.faults, linesOf(body)) };
}

function read<Definition>(text: string, check: Check<Definition>, empty: string): { definition: Definition } | { faults: readonly TextFault[] } {
  const textFaults = checkText(text);
  if (textFaults.length > 0) return { faults: textFaults };
  const { document, syntaxFaults, otherFaults } = parseText(text);
  // Half a document would be blamed for what its broken half says.
  if (document === undefined || syntaxFaults.length > 0) return { faults: [...syntaxFaults, ...otherFaults] };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null && contents.source === '')) {
    return { faults: [{ code: 'empty-text', message: empty, path: [], offset: 0 }, ...otherFaults] };
  }
  const { value, place, faults: readingFaults } = readDocument(document, linesOf(text));
  const found = [...otherFaults, ...readingFaults];
  const checked = check(value);
  if ('definition' in checked) return found.length > 0 ? { faults: found } : checked;
  const reported = new Set(readingFaults.map(({ offset }) => offset));
  const faults = checked.faults.map((fault): TextFault => ({ code: fault.code, message: fault.message, path: fault.path, offset: offsetOf(fault, place) }));
  // What could not be read at all is not blamed a second time for being empty.
  return { faults: [...found, ...faults.filter(({ offset }) => !reported.has(offset))] };
}
