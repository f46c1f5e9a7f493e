import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { SmallDisk } from '../support/small-disk.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let disk: SmallDisk;
const canMount = SmallDisk.canMount();
/** Where there is no way to have a full disk, the name of the only test says so. */
const onSmallDisk = (what: string, tests: () => void) => describe(what, canMount ? tests
  : () => void it('is not tried here: no tmpfs can be mounted, which takes root', () => expect(canMount).toBe(false)));

const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
/** Runs until the test lets it go by a file of its name. */
const held = (name: string) => `${mark('begin')}; while [ ! -e ${here.path(`release-${name}`)} ]; do sleep 0.05; done; echo the output of ${name}; ${mark('end')}; exit 3`;
const release = (name: string) => writeFileSync(here.path(`release-${name}`), '');
const define = (name: string, command: string, parameters: Record<string, string> = {}) => here.api.define(name,
  `jobnet: ${name}\nparameters: ${JSON.stringify(parameters)}\njobs:\n  J1: { agent: local, successCodes: [3], command: ${JSON.stringify(command)} }\n`);
const marksOf = (runId: string) => here.marks().filter((line) => line.includes(` ${runId}~`)).map((line) => line.split(' ')[0]);
const ended = (name: string, runId: string) => waitFor(`the job of ${name} has ended`, () => marksOf(runId).includes('end'));
const reasonOf = async (runId: string) => (await here.api.run(runId)).jobs[0]?.executions.at(-1)?.reason;
const resultsOf = async (runId: string) => (await here.api.events(`?stream=run-${runId}&type=JobFinished`)).map(({ data }) => (data as { exitCode: number }).exitCode);

async function startUntilItRuns(name: string): Promise<string> {
  await define(name, held(name));
  const runId = await here.api.start(name);
  await here.job(runId, 'J1', 'running');
  await waitFor(`the job of ${name} has begun`, () => marksOf(runId).length === 1);
  return runId;
}

async function letGoOn(runId: string): Promise<void> {
  const answer = await here.api.request('POST', `/api/v1/runs/${runId}/jobs/J1/release`, { reason: 'there is room again' });
  expect(answer.status).toBe(200);
}

/** Specifications of this size use up what room the journal has before the disk. */
const BULKY = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`P${index}`, 'x'.repeat(32_000)]));

async function startUntilDiskIsWhy(): Promise<string[]> {
  await define('BULKY', `${mark('begin')}; ${mark('end')}; exit 3`, BULKY);
  const runs: string[] = [];
  while (!/disk is full/.test(await reasonOf(runs.at(-1) ?? '').catch(() => '') ?? '')) {
    runs.push(await here.api.start('BULKY'));
    await here.job(runs.at(-1)!, 'J1', 'held');
  }
  return runs;
}

beforeEach(async () => {
  here = await Deployment.create();
}, 60_000);

afterEach(async () => {
  await here.destroy();
}, 60_000);

onSmallDisk('17: the disk of an agent is full', () => {
  let journal: string;

  beforeEach(async () => {
    disk = here.smallDisk(join(here.data, 'agent-local'), 24);
    journal = join(disk.path, 'journal');
    await here.startServer();
    await here.startAgent();
  }, 60_000);

  it('new jobs are held with the reason, and every result is kept, through a restart of the agent as well', async () => {
    const early = await startUntilItRuns('EARLY');
    const late = await startUntilItRuns('LATE');
    await here.killServer();
    const before = statSync(journal).mtimeMs;
    release('EARLY');
    await ended('EARLY', early);
    await waitFor('its result is in the journal', () => statSync(journal).mtimeMs > before);
    disk.fill();
    release('LATE');
    await ended('LATE', late);
    await here.killAgent();
    await here.startServer();
    await here.startAgent();

    expect((await here.status(early, 'succeeded')).jobs[0]).toMatchObject({ exitCode: 3 });
    await define('NEW', `${mark('begin')}; ${mark('end')}; exit 3`);
    const fresh = await here.api.start('NEW');
    await here.job(fresh, 'J1', 'held');
    expect(await reasonOf(fresh)).toMatch(/disk/);
    const bulky = await startUntilDiskIsWhy();
    expect((await here.api.run(bulky.at(-1)!)).jobs[0]?.waitsFor).toEqual(['an operator: agent local declined J1: the agent\'s disk is full: it takes no new work until there is space']);
    expect((await here.api.run(late)).jobs[0]).toMatchObject({ state: 'running' });
    expect(here.marks()).toHaveLength(4);

    disk.free();
    expect((await here.status(late, 'succeeded')).jobs[0]).toMatchObject({ exitCode: 3, attempt: 1 });
    for (const runId of [fresh, ...bulky]) {
      await letGoOn(runId);
      await here.status(runId, 'succeeded');
    }
    for (const runId of [early, late, fresh, ...bulky]) expect([marksOf(runId), await resultsOf(runId)]).toEqual([['begin', 'end'], [3]]);
    expect(await here.api.running()).toEqual([]);
  }, 120_000);

  it('with nothing running, it takes work again by itself as soon as there is room', async () => {
    disk.fill();
    const bulky = await startUntilDiskIsWhy();
    const full = statSync(journal).size;
    disk.free();
    await waitFor('the agent has room again', () => statSync(journal).size > full);
    await letGoOn(bulky.at(-1)!);
    await here.status(bulky.at(-1)!, 'succeeded');
    expect(marksOf(bulky.at(-1)!)).toEqual(['begin', 'end']);
  }, 120_000);
});

onSmallDisk('16: the event store cannot be written, because the disk of the server is full', () => {
  beforeEach(async () => {
    disk = here.smallDisk(here.data, 24);
    await here.startServer();
    // On a disk of its own, as on a host of its own.
    here.smallDisk(join(here.data, 'agent-local'), 24);
    await here.startAgent();
  }, 60_000);

  const unavailable = { status: 503, body: { status: 503, code: 'store-unavailable', detail: expect.stringMatching(/^the event store is unavailable: .*nothing was changed, try again$/) as string } };

  /** A checkpoint, a second after the last commit, may make room once more: the smallest append is refused for longer than that. */
  async function nothingFits(): Promise<void> {
    let inARow = 0;
    let version = 0;
    await waitFor('the log takes nothing more', async () => {
      const { status } = await here.api.request('PUT', '/api/v1/jobnets/FIRST', `jobnet: FIRST\njobs:\n  J1: { agent: local, command: "exit ${version += 1}" }\n`);
      inARow = status === 503 ? inARow + 1 : 0;
      return inARow === 100;
    });
  }

  it('commands say so and change nothing, reads go on, agents keep their results, and all of it heals by itself', async () => {
    const first = await startUntilItRuns('FIRST');
    const second = await startUntilItRuns('SECOND');
    const before = await here.api.events();
    disk.fill();
    await nothingFits();
    release('FIRST');
    await ended('FIRST', first);
    for (const [method, path, body] of [
      ['POST', '/api/v1/jobnets/FIRST/runs', { reason: 'a test' }], ['PUT', '/api/v1/jobnets/THIRD', 'jobnet: THIRD\njobs:\n  J1: { agent: local, command: "true" }\n'],
      ['POST', `/api/v1/runs/${second}/jobs/J1/skip`, { reason: 'a test' }], ['POST', '/api/v1/agents/local/drain', { reason: 'a test' }],
    ] as const) expect(await here.api.request(method, path, body)).toMatchObject(unavailable);
    for (const runId of [first, second]) expect((await here.api.run(runId)).jobs[0]).toMatchObject({ state: 'running' });
    expect((await here.api.events()).slice(0, before.length)).toEqual(before);
    expect(await here.api.agents()).toMatchObject([{ name: 'local' }]);
    await here.killAgent();
    release('SECOND');
    await ended('SECOND', second);
    await here.startAgent('local', { connected: false });

    disk.free();
    for (const runId of [first, second]) {
      const [job] = (await here.status(runId, 'succeeded')).jobs;
      expect(job).toMatchObject({ exitCode: 3, attempt: 1 });
      expect([marksOf(runId), await resultsOf(runId)]).toEqual([['begin', 'end'], [3]]);
    }
    expect((await here.api.all<RunView>('/api/v1/runs')).map(({ runId }) => runId).sort()).toEqual([first, second].sort());
    expect(await here.api.request('GET', '/api/v1/jobnets/THIRD')).toMatchObject({ status: 404 });
    expect(await here.api.running()).toEqual([]);
  }, 120_000);
});
