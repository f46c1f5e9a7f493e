import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeeperStep } from './keeper-options.js';
import { KeeperHost } from './testing/keeper-host.js';
import type { KeeperHostConfig } from './testing/keeper-call.js';
import { cancel, dispatch, idOf, receiptAt, reported, Scratch, signal } from './testing/scratch.js';
import { until } from './testing/wait-for.js';

/** A keeper in a process of its own, killed with its whole process group, and what the next one makes of it. */
let scratch: Scratch;
let hosts: KeeperHost[];
beforeEach(() => { scratch = new Scratch(); hosts = []; });
afterEach(async () => {
  for (const host of hosts) await host.kill();
  await scratch.remove();
});

async function start(config: Partial<KeeperHostConfig> = {}): Promise<KeeperHost> {
  const host = await KeeperHost.start({ dataDir: scratch.dataDir, slots: 4, ...config });
  hosts.push(host);
  return host;
}

const finished = (host: KeeperHost, n: number) => reported(() => host.reports(), n, 'finished');
const offer = (host: KeeperHost, n: number, command: string) => host.call({ do: 'offer', frame: dispatch(n, command) });

describe('killed between two steps', () => {
  const steps: KeeperStep[] = ['offered', 'accepted', 'starting', 'placed', 'spawned', 'result-seen', 'summarised', 'ended', 'acknowledged', 'forgotten'];

  it.each(steps)('at "%s" it runs everything once and reports it, whoever asks again', async (step) => {
    const host = await start({ slots: 1, crashAt: { step, occurrence: step === 'starting' ? 1 : 2 } });
    await serve(host, [1, 2, 3]).catch(() => undefined);
    await host.end();
    const next = await start({ slots: 1 });
    await serve(next, [1, 2, 3]);
    expect([1, 2, 3].map((n) => scratch.count(n))).toEqual([1, 1, 1]);
    expect((await next.hello()).inventory).toEqual([]);
  });

  it('at a refusal it stays refused', async () => {
    const host = await start({ slots: 1, crashAt: { step: 'refused', occurrence: 1 } });
    await offer(host, 1, 'exec sleep 60');
    await offer(host, 2, scratch.counting(2));
    await host.call({ do: 'cancel', frame: cancel(2, 20) }).catch(() => undefined);
    await host.end();
    const next = await start({ slots: 4 });
    await reported(() => next.reports(), 2, 'never-started');
    await offer(next, 2, scratch.counting(2));
    await offer(next, 3, scratch.counting(3));
    await finished(next, 3);
    expect(scratch.count(2)).toBe(0);
  });
});

/** What a server does: begins a session, dispatches what it has no report of, and acknowledges each end with its exit code. */
async function serve(host: KeeperHost, numbers: readonly number[]): Promise<void> {
  const { inventory, servedUpTo } = await host.hello();
  await host.call({ do: 'session', session: 1 });
  const unserved = numbers.filter((n) => !inventory.includes(idOf(n)) && BigInt(n) > BigInt(servedUpTo));
  await Promise.all(unserved.map((n) => offer(host, n, scratch.counting(n, `exit ${n}`))));
  const due = new Set([...inventory, ...unserved.map(idOf)]);
  while (due.size > 0) {
    for (const report of await host.reports()) {
      if (report.state !== 'finished') continue;
      expect(report.exitCode).toBe(Number(report.executionId.split('~')[2]));
      await host.call({ do: 'acknowledge', executionId: report.executionId, sequence: report.sequence, receipt: receiptAt(1000) });
      due.delete(report.executionId);
    }
  }
}

it('delivers the real end of a job that went on without it: 10 MB, exit code and hash', async () => {
  const host = await start();
  const program = `const out = require('fs').createReadStream('/dev/zero', { end: 9_999_999 }); out.pipe(process.stdout); out.on('end', () => { process.exitCode = 42; })`;
  await offer(host, 1, `while [ ! -e go ]; do sleep 0.01; done; exec '${process.execPath}' -e "${program}"`);
  const before = await reported(() => host.reports(), 1, 'started');
  await host.kill();
  writeFileSync(join(scratch.directory(1).work, 'go'), '');
  await until('the result', () => scratch.directory(1).result());
  const report = await finished(await start(), 1);
  expect(report).toMatchObject({ exitCode: 42, startedAt: before.startedAt, acceptedAt: before.acceptedAt, sequence: 3 });
  expect(report.output.stdout).toMatchObject({ bytes: 10_000_000, sha256: createHash('sha256').update(Buffer.alloc(10_000_000)).digest('hex'), truncated: true });
});

it('re-attaches to a job that still runs, and hears of its end', async () => {
  const host = await start();
  await offer(host, 1, scratch.counting(1, 'while [ ! -e go ]; do sleep 0.01; done; exit 9'));
  await reported(() => host.reports(), 1, 'started');
  await host.kill();
  const next = await start();
  await reported(() => next.reports(), 1, 'started');
  writeFileSync(join(scratch.directory(1).work, 'go'), '');
  expect(await finished(next, 1)).toMatchObject({ exitCode: 9 });
  expect(scratch.count(1)).toBe(1);
});

it('sees what became of a job whose wrapper was killed while nobody watched', async () => {
  const host = await start();
  await offer(host, 1, 'exec sleep 60');
  const { job } = await until('the job', () => scratch.directory(1).started());
  await host.kill();
  const claim = scratch.directory(1).claim();
  signal(claim?.by === 'wrapper' ? claim.wrapper.pid : 0, 'SIGKILL');
  const next = await start();
  await reported(() => next.reports(), 1, 'orphaned');
  await next.kill();
  signal(job.pid, 'SIGKILL');
  const last = await start();
  expect(await reported(() => last.reports(), 1, 'lost')).toMatchObject({ sequence: 4 });
});

it('lets a second process into the data directory only after the first one died', async () => {
  const host = await start();
  await expect(KeeperHost.start({ dataDir: scratch.dataDir, slots: 1 })).rejects.toThrow(`in use by another agent (process ${host.pid})`);
  await host.kill();
  await start();
});

it('lets exactly one of several that start at once after a kill into the data directory', async () => {
  await (await start()).kill();
  const starts = await Promise.allSettled([1, 2, 3, 4, 5].map(() => start()));
  expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'rejected']);
});

it('runs each of 60 jobs once while it is killed again and again', async () => {
  const seed = Number(process.env['KEEPER_SEED'] ?? Date.now() % 1_000_000);
  const random = seeded(seed);
  const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
  try {
    for (let kills = 0; kills < 8; kills++) {
      const host = await start({ slots: 3 });
      const serving = serve(host, numbers).catch(() => undefined);
      const done = scratchCounts(numbers);
      const target = done + Math.floor(random() * 8);
      await until('some progress', () => scratchCounts(numbers) >= Math.min(target, numbers.length));
      for (let turns = Math.floor(random() * 40); turns > 0; turns--) await new Promise(setImmediate);
      await host.kill();
      await serving;
    }
    const last = await start({ slots: 3 });
    await serve(last, numbers);
    expect(numbers.map((n) => scratch.count(n))).toEqual(numbers.map(() => 1));
    expect(await last.hello()).toMatchObject({ servedUpTo: '60', inventory: [] });
  } catch (error) {
    throw new Error(`with KEEPER_SEED=${seed}: ${String(error)}`, { cause: error });
  }
});

function scratchCounts(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + scratch.count(n), 0);
}

/** mulberry32: the same moments again for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
