import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '#events/vocabulary';
import { report as reportSchema } from '#protocol/agent-link';
import { AgentJournal } from '../journal/agent-journal.js';
import type { ExecutionKeeper } from './execution-keeper.js';
import type { KeeperOptions, KeeperStep } from './keeper-options.js';
import { currentBootId, isAlive, type ProcessIdentity } from './process/proc.js';
import { Keepers } from './testing/keepers.js';
import { cancel, dispatch, idOf, receiptAt, reported, Scratch, signal, stop } from './testing/scratch.js';
import { until } from './testing/wait-for.js';

/** Strays are found by their execution id, all over the host: numbers that no other test running now has. */
const FIRST = process.pid * 1000;
const A = FIRST + 1;
const B = FIRST + 2;
const NEVER_SECONDS = 80_000;

let scratch: Scratch;
let keepers: Keepers;
let bystanders: ChildProcess[];
beforeEach(() => { scratch = new Scratch(); keepers = new Keepers(scratch.dataDir); bystanders = []; });
afterEach(async () => {
  await keepers.close();
  for (const bystander of bystanders) bystander.kill('SIGKILL');
  await scratch.remove();
});

const open = (options: Partial<KeeperOptions> = {}): Promise<ExecutionKeeper> => keepers.open(options);

const finished = (keeper: ExecutionKeeper, n: number) => reported(() => keeper.pendingReports(), n, 'finished');
const started = (n: number) => until('the job', () => scratch.directory(n).started());
const said = (n: number): string => existsSync(scratch.directory(n).output('stdout')) ? readFileSync(scratch.directory(n).output('stdout'), 'utf8') : '';
const saying = (n: number, what: RegExp) => until(`it to say ${what.source}`, () => what.exec(said(n)));

/** Runs until it has said "ready". */
async function run(keeper: ExecutionKeeper, n: number, command: string): Promise<ProcessIdentity> {
  await keeper.offer(dispatch(n, command));
  await saying(n, /ready/);
  return (await started(n)).job;
}

/** The number that it said behind a name, and the process of it. */
async function named(n: number, name: string): Promise<ProcessIdentity> {
  const [, pid] = await saying(n, new RegExp(`${name}=([0-9]+)\n`));
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return { pid: Number(pid), startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
}

const gone = (process: ProcessIdentity) => until(`process ${process.pid} to be gone`, () => !isAlive(process));
const wishes = async (): Promise<unknown[]> => {
  const journal = await AgentJournal.open(scratch.dataDir);
  await journal.close();
  return [...journal.state.held.values()].map(({ stopping, signalled }) => [stopping, signalled?.map((each) => each.signal)]);
};

const obeys = 'echo ready; exec sleep 60';
const tidiesUp = 'trap "echo tidied; exit 0" TERM; echo ready; while :; do sleep 0.01; done';
const ignores = 'trap "" TERM; echo ready; while :; do sleep 0.01; done';

describe('a job that runs', () => {
  it('gets SIGTERM, and its report says so', async () => {
    const keeper = await open();
    await run(keeper, A, obeys);
    await keeper.stop(stop(A, NEVER_SECONDS));
    const report = await finished(keeper, A);
    expect(report).toMatchObject({ exitCode: 143, signal: 'SIGTERM', stoppedBy: 'SIGTERM', sequence: 3 });
    expect(reportSchema.parse(report)).toEqual(report);
  });

  it('is stopped also when it ends with 0 by itself, in answer to SIGTERM', async () => {
    const keeper = await open();
    await run(keeper, A, tidiesUp);
    await keeper.stop(stop(A, NEVER_SECONDS));
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 0, stoppedBy: 'SIGTERM', output: { stdout: { tail: 'ready\ntidied\n' } } });
  });

  it('gets SIGKILL when the grace is over', async () => {
    const keeper = await open();
    await run(keeper, A, ignores);
    await keeper.stop(stop(A, 0.3));
    const report = await finished(keeper, A);
    expect(report).toMatchObject({ exitCode: 137, signal: 'SIGKILL', stoppedBy: 'SIGKILL' });
    const [term, kill] = scratch.directory(A).signalled();
    expect([term?.signal, kill?.signal]).toEqual(['SIGTERM', 'SIGKILL']);
    expect((kill?.uptime ?? 0) - (term?.uptime ?? 0)).toBeGreaterThanOrEqual(0.299);
  });

  it('gets SIGKILL at once without a grace', async () => {
    const keeper = await open();
    await run(keeper, A, tidiesUp);
    await keeper.stop(stop(A, 0));
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL', output: { stdout: { tail: 'ready\n' } } });
    expect(scratch.directory(A).signalled()).toHaveLength(1);
  });

  it('is stopped as soon as it has a process group, however early the stop comes', async () => {
    const keeper = await open({ slots: 40 });
    const numbers = Array.from({ length: 40 }, (_, index) => FIRST + 10 + index);
    await Promise.all(numbers.flatMap((n) => [keeper.offer(dispatch(n, 'exec sleep 60')), keeper.stop(stop(n, NEVER_SECONDS))]));
    for (const n of numbers) {
      const report = await reported(() => keeper.pendingReports(), n, 'finished', 'never-started');
      if (report.state === 'finished') expect(report).toMatchObject({ exitCode: 143, stoppedBy: 'SIGTERM' });
    }
  });

  it('goes with its whole group on SIGTERM', async () => {
    const keeper = await open();
    await run(keeper, A, 'sleep 60 & echo child=$!; echo ready; wait');
    const child = await named(A, 'child');
    await keeper.stop(stop(A, NEVER_SECONDS));
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 143, stoppedBy: 'SIGTERM' });
    await gone(child);
  });

  it('goes at SIGKILL with descendants that left its group: by the environment or by the FIFO they are known', async () => {
    const keeper = await open();
    const daemons = 'setsid sleep 60 9>&- & echo closed=$!; setsid env -i sleep 60 & echo bare=$!;';
    await run(keeper, A, `trap "" TERM; ${daemons} echo ready; while :; do sleep 0.01; done`);
    const left = [await named(A, 'closed'), await named(A, 'bare')];
    await until('both to have left', () => left.every(({ pid }) => sessionOf(pid) === pid));
    await keeper.stop(stop(A, 0.05));
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL' });
    await Promise.all(left.map(gone));
  });

  it('leaves nothing behind that outlives the grace, though the job itself obeyed SIGTERM', async () => {
    const keeper = await open();
    await run(keeper, A, `(trap "" TERM; echo deaf; while :; do sleep 0.01; done) & echo child=$!; echo ready; exec sleep 60`);
    const child = await named(A, 'child');
    await saying(A, /deaf/);
    await keeper.stop(stop(A, 0.2));
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 143, stoppedBy: 'SIGTERM' });
    await gone(child);
  });

  it('spares the jobs beside it, and every process that only reads its FIFO', async () => {
    const keeper = await open();
    await run(keeper, A, ignores);
    const beside = await run(keeper, B, obeys);
    const reader = spawn('/bin/sh', ['-c', 'exec 3<"$0"; echo reading; exec sleep 60', scratch.directory(A).life], { stdio: ['ignore', 'pipe', 'ignore'] });
    bystanders.push(reader);
    await once(reader.stdout, 'data');
    await keeper.stop(stop(A, 0));
    await finished(keeper, A);
    await new Promise(setImmediate);
    expect([isAlive(beside), reader.exitCode, reader.signalCode]).toEqual([true, null, null]);
  });
});

function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}

describe('a stop', () => {
  it('is durable before the first signal', async () => {
    const steps: KeeperStep[] = [];
    const keeper = await open({ onStep: (step) => steps.push(step) });
    await run(keeper, A, obeys);
    await keeper.stop(stop(A, NEVER_SECONDS));
    await finished(keeper, A);
    expect(steps.filter((step) => ['stop-wanted', 'stopping', 'signalled', 'signal-kept', 'ended'].includes(step))).toEqual(['stop-wanted', 'stopping', 'signalled', 'signal-kept', 'ended']);
  });

  it('that comes twice signals once; a later one may shorten the grace', async () => {
    const keeper = await open();
    await run(keeper, A, 'trap "echo term" TERM; echo ready; while :; do sleep 0.01; done');
    await Promise.all([keeper.stop(stop(A, NEVER_SECONDS)), keeper.stop(stop(A, NEVER_SECONDS))]);
    await saying(A, /term/);
    await keeper.stop(stop(A, 0));
    expect(keeper.pendingReports()).toMatchObject([{ state: 'started' }]);
    await keeper.stop(stop(A, 0, A + 5));
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL', output: { stdout: { tail: 'ready\nterm\n' } } });
  });

  it('refuses what is not known, and its dispatch when that comes', async () => {
    const keeper = await open();
    await keeper.stop(stop(A, 5));
    await keeper.stop(stop(A, 5));
    expect(await reported(() => keeper.pendingReports(), A, 'never-started')).toMatchObject({ reason: 'it was stopped before it started' });
    await keeper.offer(dispatch(A, scratch.counting(A)));
    await keeper.offer(dispatch(B, 'true'));
    await finished(keeper, B);
    expect(scratch.count(A)).toBe(0);
  });

  it('refuses what waits for a slot, durably', async () => {
    let keeper = await open({ slots: 1 });
    await run(keeper, A, obeys);
    await keeper.offer(dispatch(B, scratch.counting(B)));
    await keeper.stop(stop(B, 5));
    keeper = await keepers.reopen(keeper, { slots: 2 });
    await reported(() => keeper.pendingReports(), B, 'never-started');
    expect(scratch.count(B)).toBe(0);
  });

  it('of what ended changes nothing: the real result wins', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(A, 'exit 4'));
    const report = await finished(keeper, A);
    await keeper.stop(stop(A, 0));
    expect(keeper.pendingReports()).toEqual([report]);
    expect(report).not.toHaveProperty('stoppedBy');
    await keeper.acknowledged(idOf(A), report.sequence, receiptAt(9));
    await keeper.stop(stop(A, 0));
    expect(keeper.pendingReports()).toEqual([]);
  });

  it('that meets a job whose end is not yet durable does not claim it, nor breaks the journal', async () => {
    let late: Promise<void> | undefined;
    const keeper: ExecutionKeeper = await open({ onStep: (step) => { if (step === 'result-seen' || step === 'summarised') late = keeper.stop(stop(A, 0)); } });
    await keeper.offer(dispatch(A, 'exit 4'));
    const report = await finished(keeper, A);
    await late;
    expect(report).not.toHaveProperty('stoppedBy');
    await keeper.close();
    expect((await open()).pendingReports()).toEqual([report]);
  });

  it('does not claim an end that came before its signal, though the result is not written yet', async () => {
    const keeper = await open({ onStep: (step) => {
      // The wrapper stands still while the job ends by itself: the job is a zombie when the signal is due.
      if (step !== 'stopping') return;
      signal(wrapperOf(A), 'SIGSTOP');
      signal(scratch.directory(A).started()?.job.pid ?? 0, 'SIGUSR1');
      while (isAlive(scratch.directory(A).started()?.job ?? { pid: 0, startTime: '' }));
    } });
    await run(keeper, A, 'trap "exit 6" USR1; echo ready; while :; do sleep 0.01; done');
    await keeper.stop(stop(A, 0));
    signal(wrapperOf(A), 'SIGCONT');
    const report = await finished(keeper, A);
    expect(report).toMatchObject({ exitCode: 6 });
    expect(report).not.toHaveProperty('stoppedBy');
  });

  it('signals nobody who got the pid of a job that is gone', async () => {
    const keeper = await open();
    const job = await run(keeper, A, obeys);
    const bystander = await until('somebody who began in another tick of the clock', async () => {
      const candidate = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
      bystanders.push(candidate);
      await once(candidate, 'spawn');
      // Ticks are 10 ms: one that began in the job's own would rightly be taken for it.
      return isAlive({ pid: candidate.pid ?? 0, startTime: job.startTime }) ? undefined : candidate;
    });
    const file = join(scratch.directory(A).path, 'started');
    const [, , uptime = ''] = readFileSync(file, 'utf8').split(' ');
    writeFileSync(file, `${bystander.pid} ${job.startTime} ${uptime}`);
    signal(wrapperOf(A), 'SIGSTOP');
    await keeper.stop(stop(A, 0.01));
    let looks = 0;
    await until('many polls', () => (looks += 1) > 40);
    expect([bystander.exitCode, bystander.signalCode, isAlive(job)]).toEqual([null, null, true]);
    // With its wrapper gone the job is still found, by what it inherited.
    signal(wrapperOf(A), 'SIGKILL');
    await gone(job);
    expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
  });

  it('of an orphaned execution ends its processes, and then it is lost', async () => {
    const keeper = await open();
    await run(keeper, A, 'sleep 60 & echo child=$!; echo ready; wait');
    const child = await named(A, 'child');
    signal(wrapperOf(A), 'SIGKILL');
    await reported(() => keeper.pendingReports(), A, 'orphaned');
    await keeper.stop(stop(A, NEVER_SECONDS));
    expect(await reported(() => keeper.pendingReports(), A, 'lost')).toMatchObject({ sequence: 4 });
    await gone(child);
  });

  it('of an orphaned execution finds what is left without its leader', async () => {
    const keeper = await open();
    const job = await run(keeper, A, '(trap "" TERM; echo deaf; while :; do sleep 0.01; done) & echo child=$!; echo ready; exec sleep 60');
    const child = await named(A, 'child');
    await saying(A, /deaf/);
    signal(wrapperOf(A), 'SIGKILL');
    signal(job.pid, 'SIGKILL');
    await reported(() => keeper.pendingReports(), A, 'orphaned');
    await keeper.stop(stop(A, 0.1));
    await reported(() => keeper.pendingReports(), A, 'lost');
    await gone(child);
  });

  it('leaves a cancel of the same execution without effect', async () => {
    const keeper = await open();
    await run(keeper, A, tidiesUp);
    await Promise.all([keeper.cancel(cancel(A, A + 1)), keeper.stop(stop(A, NEVER_SECONDS)), keeper.cancel(cancel(A, A + 2))]);
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 0, stoppedBy: 'SIGTERM' });
  });
});

describe('an agent that was closed meanwhile', () => {
  it('counts the grace from when SIGTERM was sent', async () => {
    let keeper = await open();
    await run(keeper, A, ignores);
    await keeper.stop(stop(A, 0.5));
    await until('the signal', () => scratch.directory(A).signalled().length === 1);
    await keeper.close();
    expect(await wishes()).toEqual([[{ position: String(A + 1), graceSeconds: 0.5 }, ['SIGTERM']]]);
    keeper = await open();
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL' });
    const [term, kill] = scratch.directory(A).signalled();
    expect((kill?.uptime ?? 0) - (term?.uptime ?? 0)).toBeGreaterThanOrEqual(0.499);
  });

  it('knows after a reboot who ended the job, where the result had reached the disk', async () => {
    let keeper = await open({ bootId: 'boot-1' });
    await run(keeper, A, 'trap "while [ ! -e go ]; do sleep 0.01; done; exit 3" TERM; echo ready; while :; do sleep 0.01; done');
    await keeper.stop(stop(A, NEVER_SECONDS));
    await keeper.close();
    writeFileSync(join(scratch.directory(A).work, 'go'), '');
    await until('the result', () => scratch.directory(A).result());
    keeper = await open({ bootId: 'boot-2' });
    expect(await finished(keeper, A)).toMatchObject({ exitCode: 3, stoppedBy: 'SIGTERM' });
  });

  it('never starts what was to be stopped and had not been claimed', async () => {
    mkdirSync(scratch.executions, { recursive: true });
    const journal = await AgentJournal.open(scratch.dataDir);
    const { spec, position } = dispatch(A, scratch.counting(A));
    await journal.append({ type: 'accepted', spec, position, acceptedAt: '2026-11-22T21:00:00.000Z' as Instant, starting: currentBootId() });
    await journal.append({ type: 'stopping', executionId: idOf(A), position: String(A + 1), graceSeconds: 1 });
    await journal.close();
    const keeper = await open();
    expect(await reported(() => keeper.pendingReports(), A, 'never-started')).toMatchObject({ reason: 'it was stopped' });
    expect([scratch.count(A), scratch.directory(A).claim()]).toEqual([0, { by: 'agent' }]);
  });
});

function wrapperOf(n: number): number {
  const claim = scratch.directory(n).claim();
  if (claim?.by !== 'wrapper') throw new Error('no wrapper has it');
  return claim.wrapper.pid;
}
