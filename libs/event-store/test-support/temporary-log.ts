import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each test a directory of its own, gone after it, and names a log file in it. */
export function temporaryLog(): () => string {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kiroku-log-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return () => join(directory, 'log.sqlite');
}
