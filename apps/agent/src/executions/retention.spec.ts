import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Retention } from './keeper-options.js';
import { OutputRetention } from './retention.js';

let root: string;

beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'kiroku-retention-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const idOf = (n: number) => `run~job~${n}`;

/** Executions 1, 2, ... with so many bytes of output each; which of them are left after a sweep. */
async function left(sizes: readonly number[], rule: Retention, forgotten = sizes.length): Promise<number[]> {
  const numbers = sizes.map((_, index) => index + 1);
  for (const [index, bytes] of sizes.entries()) {
    mkdirSync(join(root, idOf(index + 1)));
    writeFileSync(join(root, idOf(index + 1), 'stderr'), Buffer.alloc(bytes));
  }
  const at = new Date('2026-11-20T12:00:00.000Z');
  for (const n of numbers) utimesSync(join(root, idOf(n)), at, new Date(at.getTime() - (numbers.length - n) * 1000));
  const retention = new OutputRetention({ root, rule, log: () => undefined, now: () => at, forgotten: () => numbers.slice(0, forgotten).map(idOf) });
  retention.sweep();
  await retention.close();
  return numbers.filter((n) => existsSync(join(root, idOf(n))));
}

const ALL = { newest: 100, maxAgeMs: 1e9 };

describe('the output of forgotten executions', () => {
  it('stays by number, the newest', async () => expect(await left([1, 1, 1, 1], { ...ALL, newest: 2 })).toEqual([3, 4]));
  it('stays by age', async () => expect(await left([1, 1, 1, 1], { ...ALL, maxAgeMs: 1_500 })).toEqual([3, 4]));
  it('stays by size, the newest', async () => expect(await left([10, 10, 10, 10], { ...ALL, maxBytes: 25 })).toEqual([3, 4]));
  it('of the very newest stays whatever its size', async () => expect(await left([10, 500], { ...ALL, maxBytes: 25 })).toEqual([2]));
  it('is all that ever goes', async () => expect(await left([10, 10, 10], { newest: 0, maxAgeMs: 0, maxBytes: 0 }, 2)).toEqual([3]));

  it('is looked through when much has come, not at every execution', async () => {
    let looks = 0;
    const forgotten = () => ((looks += 1), []);
    const retention = new OutputRetention({ root, rule: { ...ALL, maxBytes: 100 }, log: () => undefined, now: () => new Date(0), forgotten });
    retention.sweep();
    await retention.close();
    retention.tick();
    retention.forgot(5);
    expect(looks).toBe(1);
    retention.forgot(6);
    expect(looks).toBe(2);
    await retention.close();
  });
});
