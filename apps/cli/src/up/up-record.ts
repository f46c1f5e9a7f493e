import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameAndAlive, type ProcessIdentity } from './process-identity.js';

/** `DATA/up.json`: what an `up` has started, so that the next one finds it when this one is killed. */
export interface UpRecord {
  readonly up: ProcessIdentity;
  readonly startedAt: string;
  readonly url?: string;
  readonly server?: ProcessIdentity;
  readonly agent?: ProcessIdentity;
}

export class UpRecordFile {
  readonly path: string;

  constructor(data: string) {
    this.path = join(data, 'up.json');
  }

  /** Undefined without a readable record: it is a convenience, the port and the log's lock are what safety rests on. */
  read(): UpRecord | undefined {
    try {
      const record = JSON.parse(readFileSync(this.path, 'utf8')) as UpRecord;
      return typeof record.up?.pid === 'number' ? record : undefined;
    } catch {
      return undefined;
    }
  }

  write(record: UpRecord): void {
    const next = `${this.path}.${process.pid}`;
    writeFileSync(next, `${JSON.stringify(record, null, 2)}\n`);
    renameSync(next, this.path);
  }

  /** Only the owner's: a later `up` may have written its own. */
  remove(): void {
    if (this.read()?.up.pid === process.pid) rmSync(this.path, { force: true });
  }
}

/** The processes of a record that still live, proven. */
export function survivors(record: UpRecord): { name: 'server' | 'agent'; process: ProcessIdentity }[] {
  return (['agent', 'server'] as const).flatMap((name) => {
    const process = record[name];
    return process !== undefined && isSameAndAlive(process) ? [{ name, process }] : [];
  });
}
