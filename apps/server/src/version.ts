import { readFileSync } from 'node:fs';

/** The version of this build, from the checkout's package.json (three folders above both `apps/server/src` and its compiled twin's root). */
export const VERSION: string = readVersion();

function readVersion(): string {
  for (let folder = new URL('.', import.meta.url); folder.pathname !== '/'; folder = new URL('..', folder)) {
    try {
      return (JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
