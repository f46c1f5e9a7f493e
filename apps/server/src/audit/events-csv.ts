import type { EventView } from '#protocol/api';

type Column = readonly [heading: string, value: (event: EventView) => string | number | undefined];

const COLUMNS: readonly Column[] = [
  ['position', ({ position }) => position], ['at', ({ at }) => at], ['stream', ({ stream }) => stream], ['revision', ({ revision }) => revision],
  ['type', ({ type }) => type], ['schemaVersion', ({ schemaVersion }) => schemaVersion],
  ['actorKind', ({ actor }) => actor.kind], ['actorId', ({ actor }) => actor.id], ['tokenId', ({ actor }) => ('tokenId' in actor ? actor.tokenId : undefined)],
  ['reason', ({ reason }) => reason], ['ticket', ({ ticket }) => ticket],
  ['id', ({ id }) => id], ['commandId', ({ commandId }) => commandId], ['correlationId', ({ correlationId }) => correlationId], ['causationId', ({ causationId }) => causationId],
  ['data', ({ data }) => JSON.stringify(data)],
];

/** Events as RFC 4180 has it: a line of headings, CRLF behind each line. New columns are added at the end. */
export async function* csvLines(events: AsyncIterable<EventView>): AsyncIterable<string> {
  yield line(COLUMNS.map(([heading]) => heading));
  for await (const event of events) yield line(COLUMNS.map(([, value]) => value(event)));
}

function line(fields: readonly (string | number | undefined)[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

/** A spreadsheet takes a text that begins like a formula for one, and runs it: an apostrophe before it makes it a text. */
function field(value: string | number | undefined): string {
  const text = typeof value === 'string' && /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
