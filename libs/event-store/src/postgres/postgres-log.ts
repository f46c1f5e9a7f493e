import type { StreamHead } from '../log/append-rule.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import type { StoredAppend } from '../log/stored-append.js';
import type { Connection, Question, Row } from './connection.js';

/** Where streams stand, and where the log ends (0 when it is empty). */
export interface Heads {
  readonly log: number;
  readonly streams: ReadonlyMap<string, StreamHead>;
}

/** The statements, and what their rows mean. Every one finds its rows by an index. */
export class PostgresLog {
  private readonly table: string;
  private readonly columns = 'position, count, stream, revision, metadata, events';

  constructor(schema: string) {
    this.table = `${schema}.appends`;
  }

  async head(connection: Connection): Promise<number> {
    const [[head] = []] = await connection.ask(this.question('head', `SELECT ${this.lastPosition}`, []));
    return Number(head);
  }

  async heads(connection: Connection, streams: readonly string[]): Promise<Heads> {
    const rows = await connection.ask(this.question('heads', `
      SELECT NULL, NULL, ${this.lastPosition}
      UNION ALL
      SELECT wanted.stream, last.revision + last.count - 1, last.position + last.count - 1
      FROM unnest($1::text[]) AS wanted (stream)
      CROSS JOIN LATERAL (SELECT revision, position, count FROM ${this.table} WHERE stream = wanted.stream ORDER BY revision DESC LIMIT 1) AS last`, [streams]));
    const log = rows.find(([stream]) => stream === null);
    const heads = rows.filter(([stream]) => stream !== null).map(([stream, revision, position]) => [String(stream), { revision: Number(revision), position: Number(position) }] as const);
    return { log: Number(log?.[2]), streams: new Map(heads) };
  }

  /** The appends that begin at these revisions, where there are such. */
  async appendsAt(connection: Connection, places: readonly { readonly stream: string; readonly revision: number }[]): Promise<readonly StoredAppend[]> {
    const rows = await connection.ask(this.question('appends_at', `
      SELECT ${this.columns} FROM unnest($1::text[], $2::bigint[]) AS wanted (stream, revision)
      JOIN ${this.table} USING (stream, revision)`, [places.map(({ stream }) => stream), places.map(({ revision }) => revision)]));
    return rows.map(appendOf);
  }

  async add(connection: Connection, appends: readonly (StoredAppend & PreparedAppend)[]): Promise<void> {
    await connection.ask(this.question('add', `
      INSERT INTO ${this.table} (${this.columns})
      SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[], $5::text[], $6::text[])`, [
      appends.map(({ position }) => position), appends.map(({ count }) => count), appends.map(({ stream }) => stream),
      appends.map(({ revision }) => revision), appends.map(({ metadata }) => metadata), appends.map(({ events }) => events),
    ]));
  }

  async startOf(connection: Connection, position: number): Promise<number> {
    const [[start] = []] = await connection.ask(this.question('start_of', `SELECT position FROM ${this.table} WHERE position <= $1 ORDER BY position DESC LIMIT 1`, [position]));
    return Number(start ?? 1);
  }

  async page(connection: Connection, from: number, limit: number, prefixes: readonly string[] | undefined): Promise<readonly StoredAppend[]> {
    const events = prefixes === undefined ? 'events' : 'CASE WHEN EXISTS (SELECT 1 FROM unnest($3::text[]) AS prefix WHERE starts_with(stream, prefix)) THEN events END';
    const rows = await connection.ask(this.question(prefixes === undefined ? 'page' : 'page_of', `
      SELECT position, count, stream, revision, metadata, ${events} FROM ${this.table}
      WHERE position >= $1 ORDER BY position LIMIT $2`, [from, limit, ...(prefixes === undefined ? [] : [prefixes])]));
    return rows.map(appendOf);
  }

  async streamStartOf(connection: Connection, stream: string, revision: number): Promise<number | undefined> {
    const [[start] = []] = await connection.ask(this.question('stream_start_of', `
      SELECT coalesce(
        (SELECT revision FROM ${this.table} WHERE stream = $1 AND revision <= $2 ORDER BY revision DESC LIMIT 1),
        (SELECT revision FROM ${this.table} WHERE stream = $1 ORDER BY revision LIMIT 1))`, [stream, revision]));
    return start === null || start === undefined ? undefined : Number(start);
  }

  async streamPage(connection: Connection, stream: string, from: number, limit: number): Promise<readonly StoredAppend[]> {
    const rows = await connection.ask(this.question('stream_page', `
      SELECT ${this.columns} FROM ${this.table} WHERE stream = $1 AND revision >= $2 ORDER BY revision LIMIT $3`, [stream, from, limit]));
    return rows.map(appendOf);
  }

  private get lastPosition(): string {
    return `coalesce((SELECT position + count - 1 FROM ${this.table} ORDER BY position DESC LIMIT 1), 0)`;
  }

  private question(name: string, text: string, values: readonly unknown[]): Question {
    return { name: `kiroku_${name}`, text, values };
  }
}

function appendOf([position, count, stream, revision, metadata, events]: Row): StoredAppend {
  return {
    position: Number(position), count: Number(count), stream: String(stream), revision: Number(revision), metadata: String(metadata),
    events: events === null || events === undefined ? null : String(events),
  };
}
