import type { OpenDriver, SqliteDriver } from '../src/sqlite/driver.js';
import { openBetterSqlite3 } from '../src/sqlite/driver.js';

/** A real driver that can be told to fail, and tells of each statement before it runs. */
export interface Faults {
  readonly openDriver: OpenDriver;
  /** Called with each statement that is not prepared (`BEGIN`, `COMMIT`, ...); what it throws is the statement's failure. */
  beforeExec: (sql: string) => void;
  /** How many pages of the log readers have asked for. */
  pagesRead: number;
  /** The driver under test, to run a real PRAGMA on. */
  driver: SqliteDriver | undefined;
}

export function faults(): Faults {
  const state: Faults = {
    beforeExec: () => undefined,
    pagesRead: 0,
    driver: undefined,
    openDriver: (file) => {
      const driver = openBetterSqlite3(file);
      state.driver = driver;
      return {
        exec: (sql) => {
          state.beforeExec(sql);
          driver.exec(sql);
        },
        prepare: (sql) => {
          const statement = driver.prepare(sql);
          const all: typeof statement.all = (...values) => {
            state.pagesRead += 1;
            return statement.all(...values);
          };
          return { ...statement, all };
        },
        get inTransaction() {
          return driver.inTransaction;
        },
        close: () => driver.close(),
      };
    },
  };
  return state;
}

/** An error as SQLite gives it. */
export function sqliteError(code: string): Error {
  return Object.assign(new Error(`made to fail: ${code}`), { code });
}
