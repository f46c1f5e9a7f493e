import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { report as reportSchema } from '#protocol/agent-link';
import { AgentJournal } from '../journal/agent-journal.js';
import type { ExecutionKeeper } from './execution-keeper.js';
import { finishedReport, reportOf } from './execution-report.js';
import type { KeeperOptions } from './keeper-options.js';
import { Keepers } from './testing/keepers.js';
import { dispatch, idOf, receiptAt, reported, Scratch, stop } from './testing/scratch.js';
import { until } from './testing/wait-for.js';

/** Strays are found by their execution id, all over the host: a number that no other test running now has. */
const A = process.pid * 1000 + 501;
const NEVER_SECONDS = 80_000;

let scratch: Scratch;
let keepers: Keepers;
beforeEach(() => { scratch = new Scratch(); keepers = new Keepers(scratch.dataDir); });
afterEach(async () => {
  await keepers.close();
  await scratch.remove();
});

const open = (options: Partial<KeeperOptions> = {}): Promise<ExecutionKeeper> => keepers.open(options);

const timeout = (then: 'warn' | 'stop', seconds = 1, graceSeconds = NEVER_SECONDS) => ({ timeout: { seconds, then, graceSeconds } });
const finished = (keeper: ExecutionKeeper) => reported(() => keeper.pendingReports(), A, 'finished');
const overran = (keeper: ExecutionKeeper) => until('it to have overrun', () => keeper.pendingReports().find((report) => 'overranAt' in report));
const said = (): string => existsSync(scratch.directory(A).output('stdout')) ? readFileSync(scratch.directory(A).output('stdout'), 'utf8') : '';
const ready = () => until('it to be ready', () => said().includes('ready'));
const letGo = (): void => writeFileSync(join(scratch.directory(A).work, 'go'), '');
const held = async () => {
  const journal = await AgentJournal.open(scratch.dataDir);
  await journal.close();
  return journal.state.held.get(idOf(A));
};

const sleeps = 'echo ready; exec sleep 600';
const waits = 'echo ready; while [ ! -e go ]; do sleep 0.01; done; exit 5';
const ignores = 'trap "" TERM; echo ready; while :; do sleep 0.01; done';

describe('a time-out that stops', () => {
  it('does what a stop does, and its report says that it was the time-out', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, sleeps, timeout('stop')));
    const report = await finished(keeper);
    expect(report).toMatchObject({ exitCode: 143, stoppedBy: 'SIGTERM', timedOut: true, sequence: 3 });
    expect(report.durationMs).toBeGreaterThanOrEqual(990);
    expect(reportSchema.parse(report)).toEqual(report);
  });

  it('gives the grace of a stop, and then SIGKILL', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, ignores, timeout('stop', 1, 0.2)));
    expect(await finished(keeper)).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL', timedOut: true });
    expect(scratch.directory(A).signalled().map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('does not touch what ends in time', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, 'exit 3', timeout('stop')));
    const report = await finished(keeper);
    expect(report.exitCode).toBe(3);
    expect(report).not.toHaveProperty('timedOut');
  });

  it('is counted from the start that is on record, over a restart of the agent', async () => {
    const first = await open();
    await first.offer(dispatch(A, sleeps, timeout('stop', 2)));
    await ready();
    const begun = await until('its start', () => scratch.directory(A).started());
    await first.close();
    const report = await finished(await open());
    expect(report).toMatchObject({ stoppedBy: 'SIGTERM', timedOut: true });
    const [term] = scratch.directory(A).signalled();
    expect((term?.uptime ?? 0) - begun.uptime).toBeGreaterThanOrEqual(2);
  });

  it('that ran out while no agent was there stops the job when one is', async () => {
    const first = await open();
    await first.offer(dispatch(A, sleeps, timeout('stop', 1)));
    const begun = await until('its start', () => scratch.directory(A).started());
    await first.close();
    await until('its time to be over', () => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) > begun.uptime + 1.1);
    expect(scratch.directory(A).signalled()).toEqual([]);
    expect(await finished(await open())).toMatchObject({ timedOut: true, stoppedBy: 'SIGTERM' });
  });

  it('leaves the real result to a job that ended in time, though nobody was there', async () => {
    const first = await open();
    await first.offer(dispatch(A, waits, timeout('stop', 1)));
    await ready();
    await first.close();
    letGo();
    const result = await until('its result', () => scratch.directory(A).result());
    await until('its time to be over', () => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) > result.uptime + 1.1);
    const report = await finished(await open());
    expect(report).toMatchObject({ exitCode: 5, sequence: 3 });
    expect(report).not.toHaveProperty('stoppedBy');
  });

  it('gives way to an operator\'s stop that came before', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, ignores, timeout('stop', 1, 0)));
    await ready();
    await keeper.stop(stop(A, 3));
    const report = await finished(keeper);
    expect(report).not.toHaveProperty('timedOut');
    const [term, kill] = scratch.directory(A).signalled();
    expect((kill?.uptime ?? 0) - (term?.uptime ?? 0)).toBeGreaterThanOrEqual(2.99);
  });

  it('is hastened by an operator\'s stop that comes after, and stays the reason', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, ignores, timeout('stop')));
    await until('the first signal', () => scratch.directory(A).signalled().length === 1);
    await keeper.stop(stop(A, 0));
    expect(await finished(keeper)).toMatchObject({ stoppedBy: 'SIGKILL', timedOut: true });
  });
});

describe('a time-out that warns', () => {
  it('is told once, and the job goes on to its real result', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, waits, timeout('warn')));
    const warning = await overran(keeper);
    expect(warning).toMatchObject({ state: 'started', sequence: 3 });
    await keeper.acknowledged(idOf(A), 3, receiptAt(1));
    expect(keeper.pendingReports()).toEqual([]);
    letGo();
    const report = await finished(keeper);
    expect(report).toMatchObject({ exitCode: 5, sequence: 4, overranAt: 'overranAt' in warning ? warning.overranAt : '' });
    expect(reportSchema.parse(report)).toEqual(report);
  });

  it('is told at the same instant by the next agent', async () => {
    const first = await open();
    await first.offer(dispatch(A, waits, timeout('warn')));
    const warning = await overran(first);
    await first.close();
    const next = await open();
    expect(await overran(next)).toEqual(warning);
    letGo();
    expect(await finished(next)).toMatchObject({ sequence: 4 });
  });

  it('is told with the end when it ran out while no agent was there', async () => {
    const first = await open();
    await first.offer(dispatch(A, waits, timeout('warn')));
    await ready();
    const begun = await until('its start', () => scratch.directory(A).started());
    await first.close();
    await until('its time to be over', () => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) > begun.uptime + 1.1);
    letGo();
    await until('its result', () => scratch.directory(A).result());
    expect(await finished(await open())).toMatchObject({ sequence: 4, overranAt: new Date(Date.parse(begun.at) + 1_000).toISOString() });
  });

  it('stands in the journal before it is told', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, waits, timeout('warn')));
    const warning = await overran(keeper);
    await keeper.close();
    expect((await held())?.overran).toBe('overranAt' in warning ? warning.overranAt : '');
  });
});

describe('the sequence of a report', () => {
  it('never gives one number to two contents of an execution', () => {
    const held = { executionId: 'r~j~1', runId: 'r', jobId: 'j', acceptedAt: '2026-11-22T20:57:58.000Z', overran: '2026-11-22T21:57:58.000Z' } as unknown as Parameters<typeof reportOf>[0];
    const { overran: late, ...inTime } = held;
    const at = held.acceptedAt;
    const end = (before: Parameters<typeof finishedReport>[1]) => finishedReport(held, before, { startedAt: at, exitCode: 0, endedAt: at as never, durationMs: 1, stoppedBy: undefined }, {} as never).sequence;
    expect([reportOf(inTime, undefined), reportOf(inTime, at), reportOf(held, at), reportOf({ ...held, orphaned: 'x' }, at)].map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect([end({ isOrphaned: false, overranAt: undefined }), end({ isOrphaned: false, overranAt: late }), end({ isOrphaned: true, overranAt: late })]).toEqual([3, 4, 5]);
  });
});
