import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '#events/vocabulary';

/** Which server this is, over all its starts. Agents' sessions are with a server; when it starts anew, they are over. */
export class ServerIdentity {
  /** This process of it: what happened first "since a server started" is told apart by this. */
  readonly life = `${process.pid}-${Date.now()}`;

  private constructor(readonly id: string) {}

  get actor(): Actor {
    return { kind: 'server', id: this.id };
  }

  /** Reads `server.id` in the data directory, or makes it. */
  static in(directory: string): ServerIdentity {
    const path = join(directory, 'server.id');
    try {
      return new ServerIdentity(readFileSync(path, 'utf8').trim());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const id = randomUUID();
    mkdirSync(directory, { recursive: true });
    writeFileSync(`${path}.${process.pid}`, `${id}\n`, { mode: 0o600, flush: true });
    renameSync(`${path}.${process.pid}`, path);
    return new ServerIdentity(id);
  }
}
