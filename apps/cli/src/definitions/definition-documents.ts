import type { DefinitionFile } from './definition-file.js';

/** What a file may define, in the order in which one needs the other: a schedule names jobnets and a calendar. */
export const DEFINED_KINDS = ['calendar', 'jobnet', 'schedule'] as const;
export type DefinedKind = (typeof DEFINED_KINDS)[number];

/** One definition of a file. The text keeps the lines of the file: what stands before it is blank. */
export interface DefinitionDocument {
  readonly label: string;
  readonly text: string;
  readonly kind: DefinedKind;
  /** Undefined where it names none that could stand in an address: the server says what is wrong. */
  readonly id: string | undefined;
}

interface Mapping {
  has(key: string): boolean;
  get(key: string): unknown;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Keys that say when: with them it is a schedule also where its name was forgotten. */
const WHEN = ['cron', 'at', 'every', 'once'];

/** The definitions of a file, one or several. What is none that anybody could tell is of the kind that the command is about. */
export async function documentsIn({ label, text }: DefinitionFile, noun: DefinedKind): Promise<DefinitionDocument[]> {
  const { isMap, isScalar, parseAllDocuments } = await import('yaml');
  const found = parseAllDocuments(text, { logLevel: 'silent' });
  const documents = (Array.isArray(found) ? found : []).filter(({ contents }) => contents !== null && !(isScalar(contents) && contents.value === null));
  const read = (contents: unknown): Pick<DefinitionDocument, 'kind' | 'id'> => {
    const kind = isMap(contents) ? kindOf(contents, noun) : noun;
    return { kind, id: isMap(contents) ? idIn(contents, kind) : undefined };
  };
  if (documents.length < 2) return [{ label, text, ...read(documents[0]?.contents) }];
  return documents.map(({ contents, range }) => ({ label, text: onItsLines(text, contents?.range?.[0] ?? range[0], range[1]), ...read(contents) }));
}

/** A schedule names a jobnet and a calendar as well, so that its own key comes first. */
function kindOf(mapping: Mapping, noun: DefinedKind): DefinedKind {
  if (mapping.has('jobs')) return 'jobnet';
  if (mapping.has('schedule') || WHEN.some((key) => mapping.has(key))) return 'schedule';
  if (mapping.has('days')) return 'calendar';
  return DEFINED_KINDS.find((kind) => mapping.has(kind)) ?? noun;
}

function idIn(mapping: Mapping, kind: DefinedKind): string | undefined {
  const id = mapping.get(kind);
  return (typeof id === 'string' || typeof id === 'number') && ID.test(String(id)) ? String(id) : undefined;
}

/** The first line may begin behind the mark of its document: blanks keep its columns. */
function onItsLines(text: string, from: number, to: number): string {
  const before = text.slice(0, from);
  const lineStart = before.lastIndexOf('\n') + 1;
  return '\n'.repeat(before.split('\n').length - 1) + ' '.repeat(from - lineStart) + text.slice(from, to);
}
