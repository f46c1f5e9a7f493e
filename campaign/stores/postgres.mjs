// One real PostgreSQL for all the rounds that are played one after the other, a schema a round: what strikes it strikes no other round.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer } from '../../dist/libs/event-store/src/testing/postgres-server.js';
import { until } from '../stage/waiting.mjs';
import { eventsOfRows } from './events-of-rows.mjs';

const PATIENCE_MS = 30_000;

export class PostgresLogs {
  static async open() {
    const logs = new PostgresLogs();
    logs.database = await PostgresServer.start();
    return logs;
  }

  newLog() {
    return new PostgresLog(this.database);
  }

  close() {
    return this.database.remove();
  }
}

class PostgresLog {
  constructor(database) {
    this.database = database;
    this.url = database.freshUrl();
    this.schema = new URL(this.url).searchParams.get('schema');
  }

  lieIn() {}

  get port() {
    return this.database.port;
  }

  /** @param port where the server finds the database */
  argsFor(port) {
    const url = new URL(this.url);
    url.port = String(port);
    return ['--store', url.href];
  }

  keepCopy() {
    return this.alone(`DROP TABLE IF EXISTS ${this.schema}.copy; CREATE TABLE ${this.schema}.copy AS TABLE ${this.schema}.appends`);
  }

  putBack() {
    return this.alone(`TRUNCATE ${this.schema}.appends; INSERT INTO ${this.schema}.appends TABLE ${this.schema}.copy`);
  }

  async read() {
    return eventsOfRows(await this.alone(`SELECT * FROM ${this.schema}.appends ORDER BY position`));
  }

  async readCopy() {
    return eventsOfRows(await this.alone(`SELECT * FROM ${this.schema}.copy ORDER BY position`));
  }

  /** What is kept of a broken round is kept without its database. */
  async keepIn(directory) {
    const text = await this.read().then((events) => events.map((event) => `${JSON.stringify(event)}\n`).join(''), (error) => `there is no log to keep: ${error}\n`);
    writeFileSync(join(directory, 'log.ndjson'), text);
  }

  async drop() {
    await this.alone(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
  }

  /** When nobody else is connected any more: what a killed server had asked for last may still be on its way into the log. */
  async alone(text) {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      const isAlone = async () => (await client.query('SELECT 1 FROM pg_stat_activity WHERE application_name = \'kiroku\'')).rowCount === 0;
      if (await until(isAlone, PATIENCE_MS) === undefined) throw new Error('somebody is still connected to the database');
      const result = await client.query(text);
      return result.rows;
    } finally {
      await client.end();
    }
  }
}
