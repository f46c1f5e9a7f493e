import type { Connection } from './connection.js';
import { ForeignDatabaseError } from './postgres.errors.js';

/** "Kiro": the first half of the lock's number; the second comes from the name of the schema. */
const LOCK_CLASS = 0x4b69726f;

/**
 * One row an append, in text: `jsonb` would refuse what JSON allows (a NUL character) and change the rest. `position` is that of
 * the append's first event. Names are compared byte by byte, whatever the database's language.
 */
function tableIn(schema: string): string {
  return `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE ${schema}.appends (
    position bigint PRIMARY KEY,
    stream text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    count integer NOT NULL CHECK (count > 0),
    metadata text NOT NULL,
    events text NOT NULL,
    UNIQUE (stream, revision)
  );
`;
}

/** What servers say of themselves; it may be lost at any time. */
function presenceIn(schema: string): string {
  return `CREATE UNLOGGED TABLE ${schema}.presence (key text COLLATE "C" PRIMARY KEY, text text NOT NULL, said_at timestamptz NOT NULL);`;
}

/** What each version added, from the first one on. */
const STEPS = [tableIn, presenceIn] as const;

/** A log of a later version is refused. */
const SCHEMA_VERSION = STEPS.length;

/**
 * Begins a transaction that has the log to itself until it ends. PostgreSQL lets the lock go only when the transaction can be
 * seen by everybody, so the order of commits is the order of locks, and who has the lock sees all that was appended before:
 * whatever the database's defaults, each statement looks anew.
 */
export function beginAlone(schema: string): string {
  return `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(${LOCK_CLASS}, hashtext('${schema}'))`;
}

/**
 * Makes the tables, or brings those of an earlier version to this one. Several servers may do so at once: one does it, the others find it done.
 *
 * @throws ForeignDatabaseError when the table is something else, or of a later version
 */
export async function provideTable(connection: Connection, schema: string): Promise<void> {
  if (await versionOf(connection, schema) === SCHEMA_VERSION) return;
  await connection.run(beginAlone(schema));
  const missing = STEPS.slice(await versionOf(connection, schema));
  await connection.run(`${missing.map((step) => step(schema)).join('\n')} COMMENT ON TABLE ${schema}.appends IS 'Kiroku log, schema ${SCHEMA_VERSION}'`);
  await connection.run('COMMIT');
}

/** 0 when there is none. */
async function versionOf(connection: Connection, schema: string): Promise<number> {
  // Not by to_regclass: in a transaction that has waited for the lock it may still remember that there was nothing.
  const [row] = await connection.ask({
    name: '', values: [schema],
    text: `SELECT obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'appends'`,
  });
  if (row === undefined) return 0;
  const [comment] = row;
  const version = Number(/^Kiroku log, schema (\d+)$/.exec(String(comment))?.[1]);
  if (Number.isNaN(version)) throw new ForeignDatabaseError(`there is a table ${schema}.appends, but it is no log of Kiroku`);
  if (version > SCHEMA_VERSION) {
    throw new ForeignDatabaseError(`the log was written by a later Kiroku (schema ${version}; this one knows up to ${SCHEMA_VERSION})`);
  }
  return version;
}
