import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process of ours: children run what is compiled, because Node cannot run the sources. `npm test` compiles first. */
const compiled = fileURLToPath(new URL('../../../dist/libs/event-store/test-support/', import.meta.url));

export interface Child {
  readonly lines: readonly string[];
  /** Resolves with the first line that fits, also one that was there before; fails when the child ends without it. */
  line(fits: (line: string, index: number) => boolean): Promise<string>;
  /** SIGKILL, and every line that it had written until then. */
  kill(): Promise<readonly string[]>;
}

/** Starts children and ends those that a test left. */
export function children(): (script: string, ...args: string[]) => Child {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });
  return (script, ...args) => {
    const child = spawn(process.execPath, [`${compiled}${script}.js`, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    started.push(child);
    return watch(child);
  };
}

function watch(child: ChildProcess): Child {
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout! });
  const closed = Promise.all([once(child, 'close'), once(output, 'close')]);
  output.on('line', (line) => lines.push(line));
  return {
    lines,
    line: (fits) => new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(fits);
        if (found !== undefined) resolve(found);
      };
      look();
      output.on('line', look);
      void closed.then(() => reject(new Error(`the child ended after ${JSON.stringify(lines)}`)));
    }),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
      return lines;
    },
  };
}
