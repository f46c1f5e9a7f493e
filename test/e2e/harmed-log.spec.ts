import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteEventStore } from '#event-store/sqlite/open-sqlite-event-store';
import type { Instant } from '#events/vocabulary';
import type { AgentDetailsView, RunView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { lockLog } from '../support/lock-log.js';
import { runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
}, 60_000);

afterEach(() => here.destroy(), 60_000);

const kiroku = (...args: string[]) => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
const log = () => join(here.data, 'log.db');
const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
const marksOf = (runId: string) => here.marks().filter((line) => line.includes(` ${runId}~`)).map((line) => line.split(' ')[0]);

async function startUntilItRuns(): Promise<string> {
  const held = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${mark('end')}; exit 3`;
  await here.api.define('A', `jobnet: A\njobs:\n  J1: { agent: local, successCodes: [3], command: ${JSON.stringify(held)} }\n`);
  const runId = await here.api.start('A');
  await here.job(runId, 'J1', 'running');
  await waitFor('it has begun', () => marksOf(runId).length === 1);
  return runId;
}

/** Something that no decision could have put there stands in the history of a run. */
async function corrupt(runId: string): Promise<void> {
  const store = await openSqliteEventStore({ file: log() });
  let last = -1;
  for await (const event of store.read(`run-${runId}`)) last = event.revision;
  const commandId = randomUUID();
  const at = new Date().toISOString() as Instant;
  const metadata = { at, actor: { kind: 'server', id: 'elsewhere' }, commandId, correlationId: 'a test', causationId: commandId } as const;
  await store.append(`run-${runId}`, last, [{ id: randomUUID(), type: 'JobStarted', schemaVersion: 1, data: { jobId: 'J1', executionId: `${runId}~J1~9`, startedAt: at }, metadata }]);
  await store.close();
}

describe('a run whose history cannot be', () => {
  it('is closed and shown, its job\'s result is kept, and everything else goes on, over a SIGKILL as well', async () => {
    const [harmed, sound] = [await startUntilItRuns(), await startUntilItRuns()];
    await here.killServer();
    await corrupt(harmed);
    for (let life = 0; life < 2; life += 1) {
      await here.startServer();
      await here.agentIs('connected');
      expect(await here.api.run(harmed)).toMatchObject({ corrupt: expect.stringMatching(/^revision \d+: /) as string, jobs: [{ state: 'running' }] });
      expect((await kiroku('run', 'show', harmed)).stdout).toMatch(/its history cannot be \(revision \d+: .*\): it is shown as it was before, and closed to commands\n/);
      expect(await here.api.request('POST', `/api/v1/runs/${harmed}/jobs/J1/skip`, { reason: 'a test' })).toMatchObject({ status: 409, body: { code: 'history-corrupt' } });
      expect((await here.api.run(sound)).corrupt).toBeUndefined();
      if (life === 0) await here.killServer();
    }
    writeFileSync(here.path('release'), '');
    expect(await here.status(sound, 'succeeded')).toMatchObject({ jobs: [{ exitCode: 3, attempt: 1 }] });
    const after = await here.api.start('A');
    await here.status(after, 'succeeded');
    const agent = await waitFor('the result is kept', async () => {
      const view = await here.api.get<AgentDetailsView>('/api/v1/agents/local');
      return view.unmatched.some(({ executionId, state }) => executionId === `${harmed}~J1~1` && state === 'finished') && view;
    });
    expect(agent.unmatched.every(({ executionId }) => executionId.startsWith(harmed))).toBe(true);
    for (const runId of [harmed, sound, after]) expect(marksOf(runId)).toEqual(['begin', 'end']);
  }, 120_000);
});

describe('16: the file of the log and another program that wants it', () => {
  it('which does not get it while a server lives: commands go on', async () => {
    const runId = await startUntilItRuns();
    expect(() => lockLog(log())).toThrow(/locked|busy/);
    writeFileSync(here.path('release'), '');
    await here.status(runId, 'succeeded');
  }, 120_000);

  it('which has it while the server is away: a start waits and says so, agents keep their results, and all of it heals by itself', async () => {
    const runId = await startUntilItRuns();
    await here.killServer();
    const unlock = lockLog(log());
    const started = here.startServer();
    await waitFor('it says that it waits', () => here.saidBy('server').includes('waiting to take over when it ends'));
    writeFileSync(here.path('release'), '');
    await waitFor('the job has ended', () => marksOf(runId).length === 2);
    await here.killAgent();
    await here.startAgent('local', { connected: false });
    expect((await kiroku('run', 'list')).code).toBe(3);
    expect(here.server?.isAlive).toBe(true);
    unlock();
    await started;
    expect(await here.status(runId, 'succeeded')).toMatchObject({ jobs: [{ exitCode: 3, attempt: 1 }] });
    expect(marksOf(runId)).toEqual(['begin', 'end']);
  }, 120_000);
});

describe('a flood of refused commands', () => {
  const FLOOD = 10_000;
  const AT_ONCE = 50;

  it(`of ${FLOOD} is a bounded number of events that name them all, and keeps nobody from working`, async () => {
    const began = Date.now();
    let sent = 0;
    const flood = async () => {
      while (sent < FLOOD) {
        sent += 1;
        const { status } = await here.api.request('POST', '/api/v1/runs/nobody/jobs/J1/skip', { reason: 'a test' });
        expect(status).toBe(404);
      }
    };
    const floods = Promise.all(Array.from({ length: AT_ONCE }, flood));
    await here.api.define('B', 'jobnet: B\njobs:\n  J1: { agent: local, command: "true" }\n');
    await here.status(await here.api.start('B'), 'succeeded');
    await floods;
    const refusals = await waitFor('what was only counted is told', async () => {
      const events = await here.api.events('?type=CommandRefused,CommandRefusalsSuppressed');
      const counted = events.map(({ data }) => (data as { count?: number }).count ?? 1).reduce((sum, count) => sum + count, 0);
      return counted === FLOOD && events;
    }, 150_000);
    const minutes = Math.ceil((Date.now() - began) / 60_000) + 1;
    expect(refusals.length).toBeLessThanOrEqual(61 * minutes);
    expect((await here.api.all<RunView>('/api/v1/runs')).map(({ status }) => status)).toEqual(['succeeded']);
  }, 300_000);
});
