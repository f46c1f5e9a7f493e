import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionKeeper } from './execution-keeper.js';
import type { KeeperOptions } from './keeper-options.js';
import { Keepers } from './testing/keepers.js';
import { dispatch, idOf, reported, Scratch } from './testing/scratch.js';

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

describe('what waits in an older copy of the journal', () => {
  it('is lost, and never started: it may have begun; what runs goes on', async () => {
    let keeper = await open({ slots: 1 });
    await keeper.offer(dispatch(1, `while [ ! -e '${scratch.path}/go' ]; do sleep 0.01; done`));
    await keeper.offer(dispatch(2, scratch.counting(2)));
    await reported(() => keeper.pendingReports(), 1, 'started');
    keeper = await reopen(keeper, { slots: 1 });
    await keeper.sessionBegan({ session: 1, startsAnew: true, position: '50', mayHaveBegun: [idOf(1), idOf(2), idOf(7)] });
    expect(await reported(() => keeper.pendingReports(), 2, 'lost')).toMatchObject({ reason: expect.stringContaining('an older copy of itself') as string });
    writeFileSync(join(scratch.path, 'go'), '');
    await finished(keeper, 1);
    keeper = await reopen(keeper, { slots: 1 });
    await keeper.sessionBegan({ session: 2 });
    expect([keeper.hello().open, scratch.count(2)]).toEqual([[], 0]);
  });
});

describe('what an older copy of the directory was just about to start', () => {
  const putBack = async () => {
    const copy = `${scratch.path}/copy`;
    const former = await open({ onStep: (step) => { if (step === 'placed') execFileSync('cp', ['-a', scratch.dataDir, copy]); } });
    await former.offer(dispatch(1, scratch.counting(1)));
    await finished(former, 1);
    await former.close();
    rmSync(scratch.dataDir, { recursive: true });
    renameSync(copy, scratch.dataDir);
    // That process lives: it is this one.
    rmSync(join(scratch.dataDir, 'lock.owner'));
    const keeper = await open();
    expect([keeper.hello().open, keeper.pendingReports()]).toMatchObject([[idOf(1)], [{ state: 'accepted' }]]);
    return keeper;
  };

  it('is lost, and not started again', async () => {
    const keeper = await putBack();
    await keeper.sessionBegan({ session: 1, startsAnew: true, position: '50', mayHaveBegun: [idOf(1)] });
    await reported(() => keeper.pendingReports(), 1, 'lost');
    expect(scratch.count(1)).toBe(1);
  });

  it('is started where the server knows of nothing that speaks against it', async () => {
    const keeper = await putBack();
    await keeper.sessionBegan({ session: 1 });
    await finished(keeper, 1);
    expect(scratch.count(1)).toBe(2);
  });

  it('is not withdrawn where a wrapper of the former agent has claimed it meanwhile', async () => {
    const keeper = await putBack();
    writeFileSync(join(scratch.directory(1).path, 'result'), '0 123.45 done\n');
    writeFileSync(join(scratch.directory(1).path, 'claim'), '1 1 no-boot\n');
    await keeper.sessionBegan({ session: 1, startsAnew: true, position: '50', mayHaveBegun: [idOf(1)] });
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 0 });
    expect(scratch.count(1)).toBe(1);
  });
});

describe('a process of the agent', () => {
  it('is known to its journal until a later one has a session, also after that was written anew', async () => {
    const known = (keeper: ExecutionKeeper) => keeper.hello().openedBy;
    let keeper = await open();
    await keeper.processBegan('a');
    await keeper.sessionBegan({ session: 1 });
    for (const id of ['b', 'c']) {
      keeper = await reopen(keeper, { journal: { compactAfterBytes: 0 } });
      await keeper.processBegan(id);
    }
    expect(known(keeper)).toEqual(['a', 'b', 'c']);
    await keeper.sessionBegan({ session: 3 });
    expect(known(keeper)).toEqual(['c']);
    for (let turn = 0; turn < 40; turn += 1) await keeper.processBegan(`later ${turn}`);
    expect(known(keeper)).toHaveLength(32);
    expect(known(keeper)).toContain('later 39');
  });
});
