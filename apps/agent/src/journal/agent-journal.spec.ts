import { constants, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentJournal, type JournalOptions } from './agent-journal.js';
import { JournalCorruptError, JournalUnavailableError } from './journal.errors.js';
import type { JournalRecord } from './journal-record.js';
import { snapshotOf } from './journal-state.js';
import { accepted, ended, forgotten, idOf, refused } from './testing/records.js';
import { VolatileFiles, type Outage } from './testing/volatile-files.js';

const PATH = '/data/journal';
const small: JournalOptions = { mintId: () => 'journal-1', space: { chunkBytes: 4096, reserveBytes: 1024 }, compactAfterBytes: 1e9, retryAfterMs: 1 };
const open = (files: VolatileFiles, options: JournalOptions = {}): Promise<AgentJournal> => AgentJournal.open('/data', { ...small, ...options, files });
const held = (journal: AgentJournal): string[] => [...journal.state.held.keys()];
const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

async function written(records: readonly JournalRecord[]): Promise<VolatileFiles> {
  const files = new VolatileFiles();
  const journal = await open(files);
  for (const record of records) await journal.append(record);
  await journal.close();
  return files;
}

/** Where the frames of a journal end; the first is the snapshot's. */
function frameEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) ends.push(at + 1);
  return ends;
}

/** How this process has a file open, a number for each descriptor. */
function flagsOf(path: string): number[] {
  return readdirSync('/proc/self/fd').filter((fd) => isLinkTo(`/proc/self/fd/${fd}`, path))
    .map((fd) => Number.parseInt(/^flags:\s+([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '', 8));
}

/** The descriptor that lists the others is gone by now. */
function isLinkTo(link: string, path: string): boolean {
  try {
    return readlinkSync(link) === path;
  } catch {
    return false;
  }
}

describe('durability', () => {
  it('acknowledges a record only when a power failure cannot take it any more', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    let letSync = (): void => undefined;
    files.syncGate = new Promise((resolve) => { letSync = resolve; });
    let isAcknowledged = false;
    const appended = journal.append(accepted(1)).then(() => { isAcknowledged = true; });
    while (files.steps.at(-1) !== 'write') await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(isAcknowledged).toBe(false);
    expect(held(journal)).toEqual([]);
    expect(held(await open(files.after('power')))).toEqual([]);
    letSync();
    await appended;
    expect(held(await open(files.after('power')))).toEqual([idOf(1)]);
  });

  it('writes all records that arrive during a sync with the next one', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    files.steps.length = 0;
    const first = journal.append(accepted(1));
    while (!files.steps.includes('write')) await new Promise(setImmediate);
    await Promise.all([first, ...Array.from({ length: 100 }, (_, n) => journal.append(accepted(n + 2)))]);
    expect(files.steps.filter((step) => step === 'write').length).toBeLessThanOrEqual(4);
    expect(journal.sequence).toBe(101);
    expect(held(await open(files.after('power')))).toEqual(Array.from({ length: 101 }, (_, n) => idOf(n + 1)));
  });

  it('syncs what a killed process left unsynced before it is acted upon', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    files.before = (step) => { if (step === 'sync') throw new Error('EIO'); };
    await expect(journal.append(accepted(1))).rejects.toThrow(JournalUnavailableError);
    const next = files.after('process');
    expect(held(await open(next))).toEqual([idOf(1)]);
    expect(next.steps).toContain('sync');
    expect(held(await open(next.after('power')))).toEqual([idOf(1)]);
  });

  it('comes with the write itself on the real file system, before and after a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kiroku-journal-'));
    try {
      for (let start = 0; start < 2; start++) {
        const journal = await AgentJournal.open(directory);
        expect(flagsOf(join(directory, 'journal')).map((flags) => flags & constants.O_DSYNC)).toEqual([constants.O_DSYNC]);
        await journal.close();
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is the same on the real file system', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kiroku-journal-'));
    try {
      const journal = await AgentJournal.open(directory);
      await Promise.all([1, 2, 3].map((n) => journal.append(accepted(n))));
      await journal.append({ type: 'session', session: 7 });
      await journal.close();
      const again = await AgentJournal.open(directory);
      expect(snapshotOf(again.state)).toEqual(snapshotOf(journal.state));
      expect([again.sequence, again.state.session, again.state.servedUpTo]).toEqual([4, 7, '3']);
      await again.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a damaged file', () => {
  it('loses its last frame and nothing else, wherever a crash tore it', async () => {
    const files = await written([accepted(1), accepted(2), ended(1)]);
    const bytes = files.content(PATH) as Buffer;
    const [, , second = 0, third = 0] = frameEnds(bytes);
    for (let cut = second; cut < third; cut++) {
      const torn = new VolatileFiles();
      torn.put(PATH, Buffer.from(bytes.subarray(0, cut)));
      const journal = await open(torn);
      expect([journal.sequence, journal.state.held.get(idOf(1))?.ended]).toEqual([2, undefined]);
      await journal.append(accepted(3));
      expect(held(await open(torn.after('power')))).toEqual([idOf(1), idOf(2), idOf(3)]);
    }
  });

  it('loses a last frame that is whole in length but not in content', async () => {
    const files = await written([accepted(1), accepted(2)]);
    const bytes = files.content(PATH) as Buffer;
    const [, first = 0] = frameEnds(bytes);
    bytes.fill(0, first + 20, first + 60);
    expect(held(await open(files.after('process')))).toEqual([idOf(1)]);
  });

  it('is corrupt when a bad record stands before a good one, at every byte of it', async () => {
    const files = await written([accepted(1), accepted(2), accepted(3)]);
    const good = files.content(PATH) as Buffer;
    const [, first = 0, second = 0] = frameEnds(good);
    for (let at = first; at < second; at++) {
      const bad = new VolatileFiles();
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x15;
      bad.put(PATH, bytes);
      await expect(open(bad)).rejects.toThrow(JournalCorruptError);
      expect(bad.content(PATH)).toEqual(bytes);
    }
  });

  it('is corrupt when a record is missing or its first frame is bad', async () => {
    const bytes = (await written([accepted(1), accepted(2), accepted(3)])).content(PATH) as Buffer;
    const [snapshot = 0, first = 0, second = 0] = frameEnds(bytes);
    const gap = new VolatileFiles();
    gap.put(PATH, Buffer.concat([bytes.subarray(0, first), bytes.subarray(second)]));
    await expect(open(gap)).rejects.toThrow(/record 2 is missing/);
    const headless = new VolatileFiles();
    headless.put(PATH, Buffer.from(bytes.subarray(0, snapshot - 1)));
    await expect(open(headless)).rejects.toThrow(JournalCorruptError);
  });
});

describe('a disk that fails', () => {
  it('refuses a record that it cannot write, and takes the next as if nothing had been', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    files.before = (step) => { if (step === 'sync') throw full; };
    await expect(journal.append(accepted(1, 'a long one '.repeat(100)))).rejects.toThrow(/no space left/);
    files.before = () => undefined;
    await journal.append(accepted(2));
    const after = await open(files.after('power'));
    expect([held(after), after.sequence]).toEqual([[idOf(2)], 1]);
  });

  it('keeps trying what must not be lost, in its order, until it is durable', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    await journal.append(accepted(1));
    let failures = 5;
    files.before = (step) => { if (step === 'write' && failures-- > 0) throw full; };
    const results = [journal.appendUntilDurable(ended(1)), journal.appendUntilDurable(ended(2))];
    await Promise.all(results);
    expect(failures).toBeLessThan(0);
    expect([...(await open(files.after('power'))).state.held.values()].map(({ ended: end }) => end?.state)).toEqual(['lost', 'lost']);
  });

  it('fails all that waits together, so that no later dispatch is durable without an earlier one', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    let letSync = (): void => undefined;
    files.syncGate = new Promise((resolve) => { letSync = resolve; });
    const first = journal.append(accepted(1));
    while (files.steps.at(-1) !== 'write') await new Promise(setImmediate);
    let failures = 1;
    files.before = (step) => { if (step === 'sync' && failures-- > 0) throw full; };
    const second = journal.append(accepted(2));
    letSync();
    const outcomes = await Promise.allSettled([first, second]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(journal.state.servedUpTo).toBe('0');
  });

  it('says that there is no room before there is none, and still takes results', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    files.capacity = files.content(PATH)?.length ?? 0;
    let n = 0;
    while (journal.hasRoom) await journal.append(accepted(++n));
    expect(n).toBeGreaterThan(5);
    await journal.appendUntilDurable(ended(1));
    expect((await open(files.after('power'))).state.held.get(idOf(1))?.ended?.state).toBe('lost');
    files.capacity = Infinity;
    // The file is extended behind the write that found it too short.
    await journal.append(accepted(n + 1));
    await journal.append(accepted(n + 2));
    expect(journal.hasRoom).toBe(true);
  });

  it('finds by itself that there is room again, and says only once that there was none', async () => {
    const files = new VolatileFiles();
    const troubles: string[] = [];
    const journal = await open(files, { onTrouble: (what) => troubles.push(what) });
    files.capacity = files.content(PATH)?.length ?? 0;
    for (let n = 1; journal.hasRoom; n += 1) await journal.append(accepted(n));
    const again = new Promise<void>((resolve) => {
      files.before = (step) => step.startsWith('sync') && resolve();
    });
    files.capacity = Infinity;
    await again;
    await journal.close();
    expect((await open(files.after('process'))).hasRoom).toBe(true);
    expect(troubles).toEqual(['the journal cannot be extended; no new work is taken']);
  });
});

describe('what is done about an execution', () => {
  it('is kept, the newest wish and every signal', async () => {
    const wish = (position: string, graceSeconds: number): JournalRecord => ({ type: 'stopping', executionId: idOf(1), position, graceSeconds });
    const files = await written([accepted(1), wish('5', 30), { type: 'signalled', executionId: idOf(1), signal: 'SIGTERM', uptime: 1 }, wish('6', 0), { type: 'signalled', executionId: idOf(1), signal: 'SIGKILL', uptime: 2 }]);
    const held = (await open(files.after('power'))).state.held.get(idOf(1));
    expect(held).toMatchObject({ stopping: { position: '6', graceSeconds: 0 }, signalled: [{ signal: 'SIGTERM', uptime: 1 }, { signal: 'SIGKILL', uptime: 2 }] });
  });

  it('says nothing when its end, or that it is forgotten, reached the journal first', async () => {
    const late: JournalRecord[] = [{ type: 'stopping', executionId: idOf(1), position: '5', graceSeconds: 1 }, { type: 'signalled', executionId: idOf(1), signal: 'SIGTERM', uptime: 1 }];
    const files = await written([accepted(1), ended(1), ...late, forgotten(1), ...late]);
    const journal = await open(files.after('power'));
    expect([held(journal), journal.sequence]).toEqual([[], 7]);
  });
});

describe('compaction', () => {
  const story: JournalRecord[] = [
    { type: 'session', session: 3 }, accepted(1), accepted(2), ended(1), forgotten(1), refused(9, 50), accepted(3),
    { type: 'starting', executionId: idOf(2), bootId: 'boot-1' }, { type: 'orphaned', executionId: idOf(2), reason: 'a test' },
    { type: 'stopping', executionId: idOf(2), position: '60', graceSeconds: 10 }, { type: 'signalled', executionId: idOf(2), signal: 'SIGTERM', uptime: 12.5 },
  ];

  it('keeps identity, sequence, position, receipt, session, refusals and all that is held', async () => {
    const plain = await written(story);
    const files = new VolatileFiles();
    const journal = await open(files, { compactAfterBytes: 1 });
    for (const record of story) await journal.append(record);
    await journal.close();
    expect(files.steps.filter((step) => step === 'rename').length).toBeGreaterThan(1);
    const [expected, compacted] = [await open(plain.after('power')), await open(files.after('power'), { mintId: () => 'another' })];
    expect(snapshotOf(compacted.state)).toEqual(snapshotOf(expected.state));
    expect(compacted.sequence).toBe(story.length);
    expect(compacted.state).toMatchObject({ journalId: 'journal-1', servedUpTo: '3', session: 3, receipt: { position: '1001', eventId: 'event-1' } });
    expect([...compacted.state.refusals]).toEqual([[idOf(9), '50']]);
  });

  it.each<Outage>(['power', 'process'])('loses nothing acknowledged when the %s fails between any two of its steps', async (outage) => {
    const undisturbed = new VolatileFiles();
    await (await open(undisturbed, { compactAfterBytes: 1 })).close();
    for (let crashAt = 1; ; crashAt++) {
      const files = new VolatileFiles();
      const acknowledged = await runUntil(files, crashAt);
      const after = await open(files.after(outage));
      expect(after.sequence).toBeGreaterThanOrEqual(acknowledged);
      expect(after.sequence).toBeLessThanOrEqual(acknowledged + 1);
      const reference = await open((await written(story.slice(0, after.sequence))).after('power'));
      expect(snapshotOf(after.state)).toEqual(snapshotOf(reference.state));
      if (acknowledged === story.length) break;
    }
  });

  /** Every step from number `crashAt` on fails: the process is as good as dead. Returns how many records were acknowledged. */
  async function runUntil(files: VolatileFiles, crashAt: number): Promise<number> {
    const journal = await open(files, { compactAfterBytes: 1, retryAfterMs: 1e9 });
    let steps = 0;
    files.before = () => { if (++steps >= crashAt) throw new Error('dead'); };
    let acknowledged = 0;
    for (const record of story) {
      try {
        await journal.append(record);
        acknowledged += 1;
      } catch {
        break;
      }
    }
    await journal.close();
    return acknowledged;
  }

  it('stops when it cannot be written and goes on in the old file', async () => {
    const files = new VolatileFiles();
    const journal = await open(files, { compactAfterBytes: 1 });
    files.before = (step) => { if (step === 'rename') throw full; };
    for (const record of story) await journal.append(record);
    expect(files.names).toEqual([PATH]);
    expect((await open(files.after('power'))).sequence).toBe(story.length);
  });

  it('remembers a bounded number of forgotten executions, the newest', async () => {
    const files = new VolatileFiles();
    const journal = await open(files);
    await Promise.all(Array.from({ length: 10_050 }, (_, n) => [journal.append(accepted(n)), journal.append(ended(n)), journal.append(forgotten(n))]).flat());
    expect([journal.state.forgotten.size, journal.state.forgotten.has(idOf(49)), journal.state.forgotten.has(idOf(50))]).toEqual([10_000, false, true]);
  });
});
