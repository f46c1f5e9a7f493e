import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));
const TINY = ['--runs', '1', '--flows', '20', '--warm-up', '5', '--in-flight', '5', '--hand-offs', '5', '--append-seconds', '0.1', '--events', '100', '--probes', '20'];

const run = promisify(execFile);
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kiroku-bench-spec-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [MAIN, ...TINY, '--directory', directory, ...args]);
  return stdout;
}

/** Processes that work in the directory or were told of it. */
function processesInside(): string[] {
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      return false;
    }
  });
}

describe('the benchmark', () => {
  it('prints every table, writes every figure, and leaves nothing behind', async () => {
    const json = join(directory, 'figures.json');
    const printed = await bench('--json', json);
    for (const title of ['The floor', 'Hand-off, one flow at a time', 'Completed flows', 'What a flow costs', 'What a flow leaves', 'The server alone', 'Appends', 'Replay of']) expect(printed).toContain(title);
    const { schema, machine, disk, handOff, flows, server, appends, replay } = JSON.parse(readFileSync(json, 'utf8'));
    expect(schema).toBe(1);
    expect(machine).toMatchObject({ commit: expect.any(String), cores: expect.any(Number), node: process.version });
    expect(Object.keys(flows)).toEqual(['task', 'command']);
    // A run of two jobs starts and ends once, and each of its jobs is dispatched and finished.
    for (const kind of ['task', 'command']) {
      expect(flows[kind].log.events.median).toBeGreaterThanOrEqual(6);
      expect(handOff[kind].count.median).toBe(5);
    }
    for (const figure of [flows.task.flowsPerSecond, flows.command.flowsPerSecond, handOff.task.p50, server.flowsPerSecond, appends[16].appendsPerSecond, replay.measured.readEventsPerSecond]) {
      expect(figure.median).toBeGreaterThan(0);
    }
    expect(disk.inPlace.p99).toBeGreaterThanOrEqual(disk.inPlace.p50);
    expect(replay.events).toBeGreaterThanOrEqual(100);
    expect(readdirSync(directory)).toEqual(['figures.json']);
    expect(processesInside()).toEqual([]);
  }, 120_000);

  it('shows where the time of a process goes', async () => {
    const printed = await bench('--only', 'server', '--profile', 'server', '--markdown');
    expect(printed).toContain('**Where the server\'s time goes');
    expect(printed).toMatch(/^\| SQLite \| [0-9.]+ \|/m);
    expect(readdirSync(directory)).toEqual([]);
  }, 60_000);

  it('puts stores beside each other: flows, a start over a history, and what follows when a server or its database is killed', async () => {
    const json = join(directory, 'figures.json');
    const printed = await bench('--only', 'stores', '--stores', 'sqlite,postgres', '--history', '12', '--json', json);
    for (const title of ['The server alone on each store', 'Starts over a history, and blows']) expect(printed).toContain(title);
    const { stores: { sqlite, postgres } } = JSON.parse(readFileSync(json, 'utf8'));
    for (const store of [sqlite, postgres]) {
      for (const figure of [store.flows.flowsPerSecond, store.oneAtATime.resultToNextDispatchMs.p50, store.restart.ms]) expect(figure.median).toBeGreaterThan(0);
    }
    expect(Object.keys(sqlite)).toEqual(['flows', 'oneAtATime', 'restart']);
    for (const { firstMs, lastMs } of [postgres.serverKilled, postgres.databaseKilled]) expect(lastMs.median).toBeGreaterThanOrEqual(firstMs.median);
    expect(postgres.databaseKilled.backMs.median).toBeGreaterThan(0);
    expect(readdirSync(directory)).toEqual(['figures.json']);
    expect(processesInside()).toEqual([]);
  }, 120_000);

  it('refuses what it does not know', async () => {
    await expect(bench('--only', 'everything')).rejects.toThrow('--only knows handoff, flows, server, appends, replay, schedules, stores, not \'everything\'');
  });
});
