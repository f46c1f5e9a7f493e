import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken } from './token.js';

/** Reads the token in a file, or makes one: mode 0600, whole or not at all. */
export async function tokenInFile(directory: string, name: string): Promise<{ token: string; path: string; made: boolean }> {
  const path = join(directory, name);
  const present = await readIfThere(path);
  if (present !== undefined && present !== '') return { token: present, path, made: false };
  const token = newToken();
  await mkdir(directory, { recursive: true });
  const draft = `${path}.${process.pid}`;
  const file = await open(draft, 'w', 0o600);
  await file.writeFile(`${token}\n`);
  await file.sync();
  await file.close();
  await rename(draft, path);
  return { token, path, made: true };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
