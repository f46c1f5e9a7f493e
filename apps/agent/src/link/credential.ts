import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** The agent's own credential, kept beside its journal with mode 0600. */
export class Credential {
  private readonly path: string;
  private current: string | undefined;

  constructor(private readonly directory: string) {
    this.path = join(directory, 'credential');
    if (!existsSync(this.path)) return;
    chmodSync(this.path, 0o600);
    this.current = readFileSync(this.path, 'utf8').trim() || undefined;
  }

  get value(): string | undefined {
    return this.current;
  }

  /** Durable before it counts: the server has forgotten the one before. */
  async keep(credential: string): Promise<void> {
    const draft = `${this.path}.${process.pid}`;
    const file = await open(draft, 'w', 0o600);
    await file.writeFile(`${credential}\n`);
    await file.sync();
    await file.close();
    await rename(draft, this.path);
    const directory = await open(this.directory, 'r');
    await directory.sync();
    await directory.close();
    this.current = credential;
  }
}
