import { writeFileSync } from 'node:fs';
import type { EventView, RunView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { type Injection, wallClock } from '../support/injection.js';
import { runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

const HOURS_MS = 3_600_000;
const JUMPS = [['five hours ahead', 5 * HOURS_MS], ['five hours back', -5 * HOURS_MS]] as const;

let here: Deployment;
let quick: string[];

const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
const marksOf = (runId: string) => here.marks().filter((line) => line.includes(` ${runId}~`)).map((line) => line.split(' ')[0]);

beforeEach(async () => {
  here = await Deployment.create();
  quick = [];
}, 60_000);

afterEach(() => here.destroy(), 60_000);

/** LONG runs until the test lets it go; QUICK is over at once; both are followed by a second job. */
async function define(): Promise<void> {
  const long = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${mark('end')}; exit 3`;
  const second = `J2: { agent: local, after: J1, command: ${JSON.stringify(mark('second'))} }\n`;
  await here.api.define('LONG', `jobnet: LONG\njobs:\n  J1: { agent: local, successCodes: [3], command: ${JSON.stringify(long)} }\n  ${second}`);
  await here.api.define('QUICK', `jobnet: QUICK\njobs:\n  J1: { agent: local, command: ${JSON.stringify(`${mark('begin')}; ${mark('end')}`)} }\n  ${second}`);
}

async function startLong(): Promise<string> {
  const runId = await here.api.start('LONG');
  await here.job(runId, 'J1', 'running');
  await waitFor('it has begun', () => marksOf(runId).length === 1);
  return runId;
}

/** Runs that begin and end around a jump. */
async function runQuick(): Promise<void> {
  const runId = await here.api.start('QUICK');
  quick.push(runId);
  await here.status(runId, 'succeeded');
}

/** A job that runs is confirmed, with an instant that is in the log, and nothing was made of the jump. */
async function expectConfirmed(runId: string): Promise<void> {
  const { evidence } = await waitFor('it is confirmed', async () => (await here.api.run(runId)).jobs.find(({ evidence: { kind } }) => kind === 'confirmed'));
  expect((await here.api.events()).map(({ at }) => at)).toContain(evidence.since);
  expect((await here.api.running()).map(({ executionId }) => executionId)).toEqual([`${runId}~J1~1`]);
}

async function expectNothingLostNorDoubled(long: string): Promise<void> {
  writeFileSync(here.path('release'), '');
  const run = await here.status(long, 'succeeded');
  expect(run.jobs).toMatchObject([{ attempt: 1, exitCode: 3, executions: [{ state: 'succeeded' }] }, { attempt: 1, exitCode: 0 }]);
  for (const runId of [long, ...quick]) expect([runId, marksOf(runId)]).toEqual([runId, ['begin', 'end', 'second']]);
  expect((await here.api.all<RunView>('/api/v1/runs')).map(({ runId, status }) => [runId, status]).sort()).toEqual([long, ...quick].map((runId) => [runId, 'succeeded']).sort());
  const events = await here.api.events();
  expectOrder(events);
  expectDurations(events);
  expect(events.filter(({ type }) => /JobLost|NotKnown|Unmatched|AgentUnreachable|LateResult|Corrupt/.test(type)).map(({ type }) => type)).toEqual([]);
}

/** Positions and log time only go forward, whatever the clock did. */
function expectOrder(events: readonly EventView[]): void {
  expect(events.map(({ position }) => BigInt(position))).toEqual(events.map((_, index) => BigInt(index + 1)));
  const times = events.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
}

/** From a monotonic clock: no job of this test ran for an hour, and none for less than no time. */
function expectDurations(events: readonly EventView[]): void {
  const durations = events.filter(({ type }) => type === 'JobFinished').map(({ data }) => (data as { durationMs?: number }).durationMs);
  expect(durations.length).toBe(2 * (quick.length + 1));
  for (const durationMs of durations) {
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(durationMs).toBeLessThan(HOURS_MS);
  }
}

const sessionsLost = async () => (await here.api.events('?type=AgentContactLost')).length;

describe.each(JUMPS)('a clock that is %s', (_which, offMs) => {
  const off: Injection = wallClock({ offMs });
  const jumping: Injection = wallClock({ jumpMs: offMs });

  it('at the start of the server, and right again at the next, loses and doubles nothing', async () => {
    await here.startServer();
    await here.startAgent();
    await define();
    const long = await startLong();
    await runQuick();
    for (const inject of [[off], []]) {
      await here.killServer();
      await here.startServer(...inject);
      await here.agentIs('connected');
      await runQuick();
      await expectConfirmed(long);
    }
    await expectNothingLostNorDoubled(long);
  }, 120_000);

  it('at the start of the agent, and right again at the next, loses and doubles nothing', async () => {
    await here.startServer();
    await here.startAgent();
    await define();
    const long = await startLong();
    await runQuick();
    for (const inject of [[off], []]) {
      await here.loseAgent();
      await here.startAgent('local', { inject });
      await runQuick();
      await expectConfirmed(long);
    }
    await expectNothingLostNorDoubled(long);
  }, 120_000);

  it('while server and agent run jumps and jumps again: no session ends by it', async () => {
    await here.startServer(jumping);
    await here.startAgent('local', { inject: [jumping] });
    await define();
    const long = await startLong();
    const lost = await sessionsLost();
    for (const jumper of [here.server, here.agents.get('local'), here.server]) {
      jumper?.signal('SIGUSR2');
      await runQuick();
      await expectConfirmed(long);
    }
    expect(await sessionsLost()).toBe(lost);
    await expectNothingLostNorDoubled(long);
  }, 120_000);

  it('when an agent is away: it is shown so, with an instant of the log, and what it ran meanwhile arrives', async () => {
    await here.startServer();
    await here.startAgent();
    await define();
    const long = await startLong();
    await here.loseAgent();
    await here.killServer();
    await here.startServer(off);
    const [shown] = await here.api.running();
    expect(shown).toMatchObject({ state: 'running', evidence: { kind: 'silent' } });
    expect((await here.api.events()).map(({ at }) => at)).toContain(shown?.evidence.since);
    expect((await runKiroku(['running', '--url', here.url, '--data', here.data], { cwd: here.directory })).stdout).toMatch(/silent since /);
    await here.startAgent('local', { inject: [off] });
    await runQuick();
    await expectNothingLostNorDoubled(long);
  }, 120_000);
});

it('the injected clock is off and jumps, so that this test could fail', async () => {
  await here.startServer(wallClock({ offMs: 5 * HOURS_MS, jumpMs: 5 * HOURS_MS }));
  const hoursAhead = async () => Math.round((Date.parse((await here.api.events()).at(-1)?.at ?? '') - Date.now()) / HOURS_MS);
  expect(await hoursAhead()).toBe(5);
  here.server?.signal('SIGUSR2');
  await waitFor('it has jumped', async () => {
    await here.api.define('A', `jobnet: A\njobs:\n  A1: { agent: local, command: "true", env: { N: "${String(Math.random())}" } }\n`);
    return await hoursAhead() === 10;
  });
}, 60_000);
