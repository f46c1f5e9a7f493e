import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hello as helloSchema, report as reportSchema } from '#protocol/agent-link';
import { AgentJournal } from '../journal/agent-journal.js';
import { REMEMBERED_FORGOTTEN } from '../journal/journal-state.js';
import { accepted, ended, forgotten } from '../journal/testing/records.js';
import { DataDirectoryInUseError, JournalUnavailableError } from '../journal/journal.errors.js';
import type { JournalFiles } from '../journal/journal-files.port.js';
import { nodeJournalFiles } from '../journal/node-journal-files.js';
import type { ExecutionKeeper } from './execution-keeper.js';
import type { KeeperOptions } from './keeper-options.js';
import { Keepers } from './testing/keepers.js';
import { cancel, dispatch, idOf, receiptAt, reported, Scratch, signal } from './testing/scratch.js';
import { until } from './testing/wait-for.js';

let scratch: Scratch;
let keepers: Keepers;
beforeEach(() => { scratch = new Scratch(); keepers = new Keepers(scratch.dataDir); });
afterEach(async () => {
  await keepers.close();
  await scratch.remove();
});

const open = (options: Partial<KeeperOptions> = {}): Promise<ExecutionKeeper> => keepers.open(options);
const reopen = (keeper: ExecutionKeeper, options: Partial<KeeperOptions> = {}): Promise<ExecutionKeeper> => keepers.reopen(keeper, options);

const finished = (keeper: ExecutionKeeper, n: number) => reported(() => keeper.pendingReports(), n, 'finished');

async function forget(keeper: ExecutionKeeper, n: number): Promise<void> {
  const report = await reported(() => keeper.pendingReports(), n, 'finished', 'lost', 'never-started', 'declined');
  await keeper.acknowledged(idOf(n), report.sequence, receiptAt(1000 + n));
}

describe('a dispatch', () => {
  it('runs, and its report says all there is to say', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'printf out; printf err >&2; exit 3'));
    const report = await finished(keeper, 1);
    expect(reportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({ executionId: idOf(1), runId: 'run', jobId: 'job', sequence: 3, exitCode: 3, output: { stdout: { bytes: 3, tail: 'out', truncated: false }, stderr: { tail: 'err' } } });
    expect([report.acceptedAt, report.startedAt, report.finishedAt]).toEqual([report.acceptedAt, report.startedAt, report.finishedAt].sort());
    expect(statSync(scratch.directory(1).path).mode & 0o777).toBe(0o700);
  });

  it('goes accepted, started, finished, with a sequence for each', async () => {
    const keeper = await open({ slots: 1 });
    await keeper.offer(dispatch(1, 'while [ ! -e go ]; do sleep 0.01; done'));
    await keeper.offer(dispatch(2, 'true'));
    expect(await reported(() => keeper.pendingReports(), 1, 'started')).toMatchObject({ sequence: 2 });
    expect(await reported(() => keeper.pendingReports(), 2, 'accepted')).toMatchObject({ sequence: 1 });
    writeFileSync(join(scratch.directory(1).work, 'go'), '');
    expect(await finished(keeper, 1)).toMatchObject({ sequence: 3, exitCode: 0 });
    expect(await finished(keeper, 2)).toMatchObject({ sequence: 3 });
  });

  it('is not started again: not while it runs, not when it has ended, not when it is forgotten, not after a restart', async () => {
    let keeper = await open();
    const frame = dispatch(1, scratch.counting(1));
    await Promise.all([keeper.offer(frame), keeper.offer(frame), keeper.offer(frame)]);
    await finished(keeper, 1);
    await keeper.offer(frame);
    keeper = await reopen(keeper);
    await keeper.offer(frame);
    await keeper.offer({ ...frame, position: '400' });
    await forget(keeper, 1);
    await keeper.offer({ ...frame, position: '500' });
    keeper = await reopen(keeper);
    await keeper.offer({ ...frame, position: '501' });
    await keeper.offer(dispatch(2, scratch.counting(2), {}));
    expect(keeper.hello()).toMatchObject({ servedUpTo: '501', inventory: [], receipt: receiptAt(1001) });
    expect([scratch.count(1), scratch.count(2)]).toEqual([1, 0]);
  });

  it('at or below what was served is passed over when its id is not known', async () => {
    const said: string[] = [];
    const keeper = await open({ log: (_level, message) => said.push(message) });
    await keeper.offer(dispatch(10, scratch.counting(10)));
    await keeper.offer(dispatch(9, scratch.counting(9)));
    await finished(keeper, 10);
    expect([scratch.count(9), keeper.hello().inventory]).toEqual([0, [idOf(10)]]);
    expect(said.join()).toContain('at or before what this journal has been served');
  });

  it('that is known is reported again, since the server asks', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'exec sleep 60'));
    await reported(() => keeper.pendingReports(), 1, 'started');
    await keeper.acknowledged(idOf(1), 2, receiptAt(5));
    expect(keeper.pendingReports()).toEqual([]);
    await keeper.offer(dispatch(1, 'exec sleep 60'));
    expect(keeper.pendingReports()).toMatchObject([{ state: 'started' }]);
  });

  it.each([
    ['a zero byte', dispatch(1, 'a\0b'), /zero byte/],
    ['an empty program', dispatch(1, ['']), /empty/],
    ['a variable no environment takes', dispatch(1, 'true', { env: { 'a=b': '1' } }), /"a=b"/],
    ['too long an argument', dispatch(1, ['echo', 'x'.repeat(128 * 1024)]), /131071 bytes/],
    ['too much in all', dispatch(1, Array.from({ length: 20 }, () => 'x'.repeat(100_000))), /together/],
  ])('with %s is declined, durably', async (_what, frame, reason) => {
    let keeper = await open();
    await keeper.offer(frame);
    keeper = await reopen(keeper);
    expect(keeper.pendingReports()).toMatchObject([{ state: 'declined', sequence: 3, reason: expect.stringMatching(reason) as string }]);
    expect(keeper.hello()).toMatchObject({ servedUpTo: '1', inventory: [idOf(1)] });
  });

  it('may have the longest id there is', async () => {
    const keeper = await open();
    const executionId = `${'r'.repeat(128)}~${'j'.repeat(128)}~${'7'.repeat(42)}`;
    await keeper.offer(dispatch(1, 'true', { executionId }));
    await until('its end', () => keeper.pendingReports().find(({ state }) => state === 'finished'));
  });
});

describe('slots', () => {
  it('are never exceeded, and who waits starts in the order of arrival, also across a restart', async () => {
    let keeper = await open({ slots: 2 });
    const line = (n: number): string => `echo ${n} >>'${scratch.path}/order'; while [ ! -e '${scratch.path}/go-${n}' ]; do sleep 0.01; done`;
    await Promise.all([1, 2, 3, 4, 5].map((n) => keeper.offer(dispatch(n, line(n)))));
    await until('two to run', () => scratch.text('order').split('\n').length === 3);
    keeper = await reopen(keeper, { slots: 2 });
    await keeper.sessionBegan({ session: 1 });
    for (const n of [1, 2, 3, 4, 5]) {
      writeFileSync(join(scratch.path, `go-${n}`), '');
      await finished(keeper, n);
      expect(scratch.text('order').split('\n').length - 1).toBeLessThanOrEqual(n + 2);
    }
    expect(scratch.text('order').trim().split('\n').slice(2)).toEqual(['3', '4', '5']);
  });
});

describe('what a former agent left waiting', () => {
  const waiting = async () => {
    const keeper = await open({ slots: 1 });
    await Promise.all([keeper.offer(dispatch(1, scratch.counting(1, `while [ ! -e '${scratch.path}/go' ]; do sleep 0.01; done`))), keeper.offer(dispatch(2, scratch.counting(2)))]);
    await until('it to count itself', () => scratch.count(1) === 1);
    const next = await reopen(keeper, { slots: 1 });
    writeFileSync(join(scratch.path, 'go'), '');
    await finished(next, 1);
    return next;
  };

  it('waits on until a server is heard: this journal may be an older copy of itself', async () => {
    const keeper = await waiting();
    expect([keeper.hello().open, scratch.count(2)]).toEqual([[idOf(2)], 0]);
    await keeper.sessionBegan({ session: 1 });
    await finished(keeper, 2);
  });

  it('never starts when the log has its end already, also after another restart', async () => {
    let keeper = await waiting();
    await keeper.sessionBegan({ session: 1, mustNotBegin: [idOf(1), idOf(2), idOf(7)] });
    expect(await reported(() => keeper.pendingReports(), 2, 'never-started')).toMatchObject({ reason: expect.stringContaining('the log has its end') as string });
    keeper = await reopen(keeper, { slots: 1 });
    await keeper.sessionBegan({ session: 2 });
    expect([keeper.hello().open, scratch.count(2)]).toEqual([[], 0]);
  });
});

describe('a session in which nothing told before counts', () => {
  it('moves what was served to its place in the log, and forgets the receipt and keeps the epoch', async () => {
    let keeper = await open();
    await keeper.offer({ ...dispatch(1, 'true'), position: '900' });
    await finished(keeper, 1);
    await keeper.acknowledged(idOf(1), keeper.pendingReports()[0]?.sequence ?? 0, receiptAt(905));
    expect(keeper.hello()).toMatchObject({ servedUpTo: '900', receipt: receiptAt(905), epoch: 0 });
    await keeper.sessionBegan({ session: 3, position: '41', epoch: 2, startsAnew: true });
    keeper = await reopen(keeper);
    expect(keeper.hello()).toMatchObject({ servedUpTo: '41', epoch: 2 });
    expect(keeper.hello().receipt).toBeUndefined();
  });
});

describe('a cancel', () => {
  it('refuses what waits, durably, and frees nobody else\'s place', async () => {
    let keeper = await open({ slots: 1 });
    await Promise.all([keeper.offer(dispatch(1, 'exec sleep 60')), keeper.offer(dispatch(2, scratch.counting(2))), keeper.offer(dispatch(3, scratch.counting(3)))]);
    await keeper.cancel(cancel(2, 20));
    keeper = await reopen(keeper, { slots: 1 });
    expect(await reported(() => keeper.pendingReports(), 2, 'never-started')).toMatchObject({ sequence: 3, runId: 'run', jobId: 'job' });
    const running = await until('the job', () => scratch.directory(1).started());
    signal(running.job.pid, 'SIGKILL');
    await keeper.sessionBegan({ session: 1 });
    await finished(keeper, 3);
    expect(scratch.count(2)).toBe(0);
  });

  it('refuses what is not known, and a dispatch of it that comes later, even when the refusal was forgotten', async () => {
    let keeper = await open();
    await keeper.cancel(cancel(5, 50));
    await keeper.cancel(cancel(5, 50));
    await reported(() => keeper.pendingReports(), 5, 'never-started');
    await keeper.offer(dispatch(5, scratch.counting(5)));
    await forget(keeper, 5);
    keeper = await reopen(keeper);
    await keeper.offer({ ...dispatch(5, scratch.counting(5)), position: '6' });
    await keeper.offer(dispatch(7, 'true'));
    await finished(keeper, 7);
    expect([scratch.count(5), keeper.hello().inventory]).toEqual([0, [idOf(7)]]);
  });

  it('still refuses its dispatch when more was forgotten than is remembered by name', async () => {
    let keeper = await open();
    await keeper.cancel(cancel(20_000, 30_000));
    await forget(keeper, 20_000);
    await keeper.close();
    const journal = await AgentJournal.open(scratch.dataDir);
    await Promise.all(Array.from({ length: REMEMBERED_FORGOTTEN }, (_, n) => [accepted(n), ended(n), forgotten(n)].map((record) => journal.append(record))).flat());
    expect(journal.state.forgotten.has(idOf(20_000))).toBe(false);
    await journal.close();
    keeper = await open();
    await keeper.offer(dispatch(20_000, scratch.counting(20_000)));
    await keeper.offer(dispatch(20_001, 'true'));
    await finished(keeper, 20_001);
    expect(scratch.count(20_000)).toBe(0);
  });

  it('changes nothing for what runs, ended or was forgotten', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'exec sleep 60'));
    await keeper.cancel(cancel(1, 20));
    const { job } = await until('the job', () => scratch.directory(1).started());
    signal(job.pid, 'SIGTERM');
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 143, signal: 'SIGTERM' });
    await keeper.cancel(cancel(1, 21));
    await finished(keeper, 1);
    await forget(keeper, 1);
    await keeper.cancel(cancel(1, 22));
    expect(keeper.pendingReports()).toEqual([]);
  });

  it('that crosses its dispatch leaves one truth', async () => {
    const keeper = await open({ slots: 1 });
    await keeper.offer(dispatch(1, 'exec sleep 60'));
    for (let n = 2; n < 30; n += 2) {
      await Promise.all([keeper.offer(dispatch(n, scratch.counting(n))), keeper.cancel(cancel(n, 100 + n))]);
      await reported(() => keeper.pendingReports(), n, 'never-started');
      await Promise.all([keeper.cancel(cancel(n + 1, 100 + n)), keeper.offer(dispatch(n + 1, scratch.counting(n + 1)))]);
      await reported(() => keeper.pendingReports(), n + 1, 'never-started');
    }
    await reopen(keeper);
  });
});

describe('an acknowledgement', () => {
  it('forgets an end only at its own sequence', async () => {
    let keeper = await open();
    await keeper.offer(dispatch(1, 'true'));
    await finished(keeper, 1);
    for (const sequence of [1, 2, 4]) await keeper.acknowledged(idOf(1), sequence, receiptAt(9));
    expect(keeper.pendingReports()).toHaveLength(1);
    await Promise.all([keeper.acknowledged(idOf(1), 3, receiptAt(9)), keeper.acknowledged(idOf(1), 3, receiptAt(9))]);
    keeper = await reopen(keeper);
    expect([keeper.pendingReports(), keeper.hello().inventory, keeper.hello().receipt]).toEqual([[], [], receiptAt(9)]);
  });
});

describe('output', () => {
  it('is described whole and shown at its end, without cutting a character', async () => {
    const keeper = await open();
    const program = "process.stdout.write('記'.repeat(5000)); process.stderr.write(Buffer.from([0xff, 0, 0xfe, 10]))";
    await keeper.offer(dispatch(1, [process.execPath, '-e', program]));
    const { output } = await finished(keeper, 1);
    const whole = Buffer.from('記'.repeat(5000));
    expect(output.stdout).toEqual({ bytes: 15_000, sha256: createHash('sha256').update(whole).digest('hex'), tail: '記'.repeat(1365), truncated: true });
    expect(output.stderr).toMatchObject({ bytes: 4, tail: '\ufffd\0\ufffd\n', truncated: false });
  });

  it('of hundreds of megabytes is hashed in a stream', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'head -c 300000000 /dev/zero'));
    const before = process.memoryUsage().arrayBuffers;
    const { output } = await finished(keeper, 1);
    expect(output.stdout).toMatchObject({ bytes: 300_000_000, truncated: true });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('that is gone does not hold the result back', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'rm ../stdout; exit 4'));
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 4, output: { stdout: { bytes: 0, truncated: true } } });
  });

  it('stays for the newest forgotten executions and goes for the others, never for one that is held', async () => {
    let keeper = await open({ retention: { newest: 2, maxAgeMs: 1e9 } });
    for (const n of [1, 2, 3, 4]) {
      await keeper.offer(dispatch(n, 'true'));
      await finished(keeper, n);
      if (n > 1) await forget(keeper, n);
    }
    keeper = await reopen(keeper, { retention: { newest: 2, maxAgeMs: 1e9 } });
    await until('the sweep', () => !existsSync(scratch.directory(2).path));
    expect([1, 3, 4].map((n) => existsSync(scratch.directory(n).path))).toEqual([true, true, true]);
    utimesSync(scratch.directory(3).path, 0, 0);
    utimesSync(scratch.directory(1).path, 0, 0);
    await reopen(keeper, { retention: { newest: 2, maxAgeMs: 1e9 } });
    await until('the sweep', () => !existsSync(scratch.directory(3).path));
    expect(readdirSync(scratch.executions).sort()).toEqual([idOf(1), idOf(4)]);
  });
});

describe('processes that come to harm', () => {
  it('are orphaned when the wrapper is killed, and lost when the last of them has ended', async () => {
    let keeper = await open();
    await keeper.offer(dispatch(1, 'exec sleep 60'));
    const { job } = await until('the job', () => scratch.directory(1).started());
    killWrapper(1);
    expect(await reported(() => keeper.pendingReports(), 1, 'orphaned')).toMatchObject({ sequence: 3, startedAt: expect.any(String) as string });
    keeper = await reopen(keeper);
    expect(await reported(() => keeper.pendingReports(), 1, 'orphaned')).toMatchObject({ sequence: 3 });
    signal(job.pid, 'SIGKILL');
    expect(await reported(() => keeper.pendingReports(), 1, 'lost')).toMatchObject({ sequence: 4, reason: expect.stringContaining('all its processes are gone') as string });
  });

  it('are orphaned also when the last of them closed every descriptor it had', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'exec 9>&-; sleep 60 9>&- & echo $!; wait'));
    await until('the job', () => existsSync(scratch.directory(1).output('stdout')) && readFileSync(scratch.directory(1).output('stdout'), 'utf8').endsWith('\n'));
    killWrapper(1);
    await reported(() => keeper.pendingReports(), 1, 'orphaned');
    signal(scratch.directory(1).started()?.job.pid ?? 0, 'SIGKILL');
    const left = Number(readFileSync(scratch.directory(1).output('stdout'), 'utf8'));
    expect(await reported(() => keeper.pendingReports(), 1, 'orphaned')).toBeDefined();
    signal(left, 'SIGKILL');
    await reported(() => keeper.pendingReports(), 1, 'lost');
  });

  it('are orphaned also when the last of them has nothing but the FIFO', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'setsid env -i sleep 60 & echo $!; wait'));
    const { job } = await until('the job', () => scratch.directory(1).started());
    await until('its child', () => existsSync(scratch.directory(1).output('stdout')) && readFileSync(scratch.directory(1).output('stdout'), 'utf8').endsWith('\n'));
    killWrapper(1);
    signal(job.pid, 'SIGKILL');
    await reported(() => keeper.pendingReports(), 1, 'orphaned');
    let looks = 0;
    await until('many polls', () => (looks += 1) > 40);
    expect(keeper.pendingReports()).toMatchObject([{ state: 'orphaned' }]);
    signal(Number(readFileSync(scratch.directory(1).output('stdout'), 'utf8')), 'SIGKILL');
    await reported(() => keeper.pendingReports(), 1, 'lost');
  });

  it('are finished with the signal when their whole group is killed', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, scratch.counting(1, 'sleep 60 & wait')));
    // `started` is written just before the job becomes the leader of its group.
    await until('the job to run', () => scratch.count(1) === 1);
    const { job } = await until('the job', () => scratch.directory(1).started());
    process.kill(-job.pid, 'SIGKILL');
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
  });

  it('do not hold the result back when one of them stays in the background', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'sleep 60 & exit 6'));
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 6 });
  });

  it('keep their slot while they are orphaned', async () => {
    const keeper = await open({ slots: 1 });
    await Promise.all([keeper.offer(dispatch(1, 'exec sleep 60')), keeper.offer(dispatch(2, scratch.counting(2)))]);
    const { job } = await until('the job', () => scratch.directory(1).started());
    killWrapper(1);
    await reported(() => keeper.pendingReports(), 1, 'orphaned');
    expect(keeper.pendingReports()).toMatchObject([{ state: 'orphaned' }, { state: 'accepted' }]);
    signal(job.pid, 'SIGKILL');
    await finished(keeper, 2);
  });

  it('are lost when somebody removes their directory', async () => {
    const keeper = await open();
    await keeper.offer(dispatch(1, 'exec sleep 60'));
    const { job } = await until('the job', () => scratch.directory(1).started());
    rmSync(scratch.directory(1).path, { recursive: true });
    signal(job.pid, 'SIGKILL');
    expect(await reported(() => keeper.pendingReports(), 1, 'lost')).toMatchObject({ reason: expect.stringContaining('removed') as string });
  });

  function killWrapper(n: number): void {
    const claim = scratch.directory(n).claim();
    if (claim?.by !== 'wrapper') throw new Error('no wrapper has it');
    signal(claim.wrapper.pid, 'SIGKILL');
  }
});

describe('a reboot', () => {
  it('loses what had begun, says why, and starts what had not', async () => {
    let keeper = await open({ slots: 1, bootId: 'boot-1' });
    await Promise.all([keeper.offer(dispatch(1, scratch.counting(1, 'exec sleep 60'))), keeper.offer(dispatch(2, scratch.counting(2)))]);
    await until('it to count itself', () => scratch.count(1) === 1);
    const { job } = await until('the job', () => scratch.directory(1).started());
    await keeper.close();
    signal(job.pid, 'SIGKILL');
    await until('the result', () => scratch.directory(1).result());
    // The result had not reached the disk.
    truncateSync(join(scratch.directory(1).path, 'result'), 0);
    keeper = await open({ slots: 1, bootId: 'boot-2' });
    expect(await reported(() => keeper.pendingReports(), 1, 'lost')).toMatchObject({ reason: expect.stringMatching(/rebooted.*boot-1.*boot-2/) as string, startedAt: expect.any(String) as string });
    await keeper.sessionBegan({ session: 1 });
    await finished(keeper, 2);
    expect([scratch.count(1), scratch.count(2)]).toEqual([1, 1]);
  });

  it('takes nothing from a result that was on the disk before', async () => {
    let keeper = await open({ bootId: 'boot-1' });
    await keeper.offer(dispatch(1, 'exit 8'));
    await keeper.close();
    await until('the result', () => scratch.directory(1).result());
    keeper = await open({ bootId: 'boot-2' });
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 8 });
  });
});

describe('a disk that takes no more', () => {
  it('declines new work with the reason, starts nothing, and keeps the results it has', async () => {
    const disk = { isFull: false };
    const keeper = await open({ journal: { files: failing(disk), space: { chunkBytes: 8192, reserveBytes: 7000 }, retryAfterMs: 5 } });
    await keeper.offer(dispatch(1, 'while [ ! -e go ]; do sleep 0.01; done; exit 2'));
    await reported(() => keeper.pendingReports(), 1, 'started');
    disk.isFull = true;
    await expect(keeper.offer(dispatch(2, scratch.counting(2)))).rejects.toThrow(JournalUnavailableError);
    await expect(keeper.cancel(cancel(9, 90))).rejects.toThrow(JournalUnavailableError);
    await expect(keeper.sessionBegan({ session: 4 })).rejects.toThrow(JournalUnavailableError);
    writeFileSync(join(scratch.directory(1).work, 'go'), '');
    await until('the result file', () => scratch.directory(1).result());
    expect(keeper.pendingReports()).not.toContainEqual(expect.objectContaining({ state: 'finished' }));
    expect(keeper.hello().servedUpTo).toBe('1');
    disk.isFull = false;
    expect(await reported(() => keeper.pendingReports(), 2, 'declined')).toMatchObject({ reason: expect.stringContaining('ENOSPC') as string });
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 2 });
    await keeper.offer(dispatch(3, scratch.counting(3)));
    await finished(keeper, 3);
    expect([scratch.count(2), scratch.count(3), keeper.hello().servedUpTo]).toEqual([0, 1, '3']);
    await reopen(keeper);
  });

  function failing(disk: { isFull: boolean }): JournalFiles {
    return { ...nodeJournalFiles, open: async (path, mode) => {
      const file = await nodeJournalFiles.open(path, mode);
      return { ...file, write: (bytes, at) => disk.isFull ? Promise.reject(new Error('ENOSPC: no space left on device')) : file.write(bytes, at) };
    } };
  }
});

describe('an agent', () => {
  it('has its data directory for itself', async () => {
    await open();
    await expect(open()).rejects.toThrow(DataDirectoryInUseError);
  });

  it('says in its hello what its journal is', async () => {
    let keeper = await open();
    const { journalId } = keeper.hello();
    await keeper.sessionBegan({ session: 12 });
    keeper = await reopen(keeper);
    expect(keeper.hello()).toEqual({ journalId, journalSequence: 1, servedUpTo: '0', previousSession: 12, openedBy: [], inventory: [], open: [], epoch: 0 });
    const whole = { ...keeper.hello(), helloId: journalId, slots: 1, version: '1', host: 'h', pid: 1, bootId: 'b' };
    expect(helloSchema.parse(whole)).toEqual(whole);
  });

  it('reports never-started, and runs nothing, when no process can be made', async () => {
    const keeper = await open({ onStep: (step) => { if (step === 'placed') rmSync(scratch.directory(1).life); } });
    await keeper.offer(dispatch(1, scratch.counting(1)));
    await reported(() => keeper.pendingReports(), 1, 'never-started');
    expect([scratch.count(1), scratch.directory(1).claim()]).toEqual([0, { by: 'agent' }]);
  });

  it('does not take an emptied directory for work that never began', async () => {
    let keeper = await open();
    await keeper.offer(dispatch(1, scratch.counting(1, 'exec sleep 60')));
    await until('it to count itself', () => scratch.count(1) === 1);
    const { job } = await until('the job', () => scratch.directory(1).started());
    await keeper.close();
    rmSync(scratch.executions, { recursive: true });
    signal(job.pid, 'SIGKILL');
    keeper = await open();
    await reported(() => keeper.pendingReports(), 1, 'lost');
    expect(scratch.count(1)).toBe(1);
  });
});
