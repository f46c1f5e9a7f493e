import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../campaign/main.mjs', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** A small one, with its faults at once after each other. It ends everything that it has started. */
function campaign(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, '--runs', '6', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { printed += chunk.toString(); });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, lines: printed.trim().split('\n') })));
}

/** What a campaign keeps for people to look at. */
function removeKept({ lines }: Outcome): void {
  const [kept] = lines.flatMap((line) => /^kept: (.+)$/.exec(line)?.[1] ?? []);
  if (kept !== undefined && basename(kept).startsWith('kiroku-campaign-')) rmSync(kept, { recursive: true, force: true, maxRetries: 5 });
}

describe('the fault campaign', () => {
  it('finds nothing lost and nothing doubled in a round of faults', async () => {
    const { code, lines } = await campaign('--seed', '1', '--rounds', '1');
    expect(lines.at(-1)).toMatch(/^held: 1 rounds, [0-9]+ faults, [0-9]+ executions, 0 lost, 0 doubled$/);
    expect(code).toBe(0);
  }, 180_000);

  it('finds nothing lost and nothing doubled with two servers on one PostgreSQL', async () => {
    const { code, lines } = await campaign('--seed', '3', '--rounds', '1', '--store', 'postgres', '--servers', '2', '--only', 'freeze-server,kill-database,lose-database-answers');
    expect(lines.at(-1)).toMatch(/^held: 1 rounds, 3 faults, [0-9]+ executions, 0 lost, 0 doubled$/);
    expect(code).toBe(0);
  }, 240_000);

  it('finds the law that is broken when a safeguard is, and says how to see it again', async () => {
    const outcome = await campaign('--seed', '5', '--rounds', '3', '--only', 'cut', '--break', 'resend-after-forget');
    removeKept(outcome);
    expect(outcome.lines.at(-1)).toBe('broken: law 3, seed 5');
    expect(outcome.lines.at(-2)).toMatch(/^again: npm run campaign -- --seed 5 --rounds 1 --first [0-9]+/);
    expect(outcome.code).toBe(1);
  }, 180_000);

  it.each([
    ['a break that it does not know', ['--break', 'everything'], '--break knows ack-before-commit, '],
    ['a store that it does not know', ['--store', 'paper'], '--store knows sqlite, postgres, kurrentdb, not \'paper\''],
    ['a second server on a file, which would wait', ['--servers', '2'], '--store sqlite has 1 server at most'],
    ['a fault that the store does not have', ['--only', 'kill-database'], '--only knows with --store sqlite --servers 1: crash, kill-server, '],
  ])('refuses %s', async (_what, args, told) => {
    const { code, lines } = await campaign(...args);
    expect(lines.join('\n')).toContain(told);
    expect(code).toBe(1);
  });
});
