import type { JobnetFile } from '../jobnets/jobnet-file.js';

/** One calendar of a file. The text keeps the lines of the file: what stands before it is blank. */
export interface CalendarDocument {
  readonly label: string;
  readonly text: string;
  /** Undefined where it names none that could stand in an address: the server says what is wrong. */
  readonly calendar: string | undefined;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * The calendars among the documents of a file, as it may hold jobnets and schedules too. A file of one document is one in any case: the
 * server knows best what is wrong with it.
 */
export async function calendarsIn({ label, text }: JobnetFile): Promise<CalendarDocument[]> {
  const { isMap, parseAllDocuments } = await import('yaml');
  const found = parseAllDocuments(text, { logLevel: 'silent' });
  const documents = Array.isArray(found) ? found : [];
  const idOf = (contents: unknown) => {
    const id: unknown = isMap(contents) ? contents.get('calendar') : undefined;
    return (typeof id === 'string' || typeof id === 'number') && ID.test(String(id)) ? String(id) : undefined;
  };
  if (documents.length < 2) return [{ label, text, calendar: idOf(documents[0]?.contents) }];
  return documents.flatMap(({ contents, range }) => {
    if (!isMap(contents) || !contents.has('calendar')) return [];
    return [{ label, text: onItsLines(text, contents.range?.[0] ?? range[0], range[1]), calendar: idOf(contents) }];
  });
}

/** The first line may begin behind the mark of its document: blanks keep its columns. */
function onItsLines(text: string, from: number, to: number): string {
  const before = text.slice(0, from);
  const lineStart = before.lastIndexOf('\n') + 1;
  return '\n'.repeat(before.split('\n').length - 1) + ' '.repeat(from - lineStart) + text.slice(from, to);
}
