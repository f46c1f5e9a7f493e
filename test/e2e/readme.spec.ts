import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { waitFor } from '../support/wait-for.js';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const shell = promisify(execFile);

/** The commands between "```sh tour" and the end of that block, as they are printed. */
function tour(): string[] {
  const [, block = ''] = /```sh tour\n([\s\S]*?)```/.exec(readFileSync(join(checkout, 'README.md'), 'utf8')) ?? [];
  return block.split('\n').filter((line) => line !== '');
}

describe('the README', () => {
  let directory: string;
  let up: KirokuProcess | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kiroku-readme-'));
  });

  afterEach(async () => {
    if (up?.isAlive === true) {
      up.signal('SIGINT');
      await waitFor('both are stopped', () => up?.isAlive === false);
    }
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  it('has a tour that works as printed', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const running = KirokuProcess.start(['up', '--listen', url.slice('http://'.length), '--data', join(directory, 'data')], { cwd: directory, log: join(directory, 'up.log') });
    up = running;
    await waitFor('server and agent are there', () => running.printed().some((line) => line.includes('ready')));
    const env = { ...process.env, KIROKU_URL: url, KIROKU_DATA: join(directory, 'data') };
    const commands = tour();
    expect(commands.length).toBeGreaterThan(4);
    const said: string[] = [];
    for (const command of commands) said.push((await shell('sh', ['-c', command], { cwd: checkout, env })).stdout);
    expect(said.join('')).toMatch(/run \S+ succeeded/);
    expect(said.at(-1)).toContain('my first run');
  }, 120_000);

  it('promises a demo that holds', async () => {
    const { stdout } = await shell(process.execPath, [join(checkout, 'dist', 'apps', 'cli', 'src', 'demo', 'main.js')], { cwd: checkout });
    expect(stdout).toContain('All of it held.');
  }, 120_000);
});
