import { readdirSync, readFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventView, RunView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { randomFrom, seedOfRun } from '../support/random.js';
import { moment, waitFor } from '../support/wait-for.js';

const RUNS = 200;
const SERVER_KILLS = 50;
const AGENT_KILLS = 30;

/** Every job leaves a line in a file of its execution each time it is executed, and another when it ends. */
function jobnet(marks: string): string {
  const command = JSON.stringify(`echo begin >> ${marks}/$KIROKU_EXECUTION_ID; sleep 0.$((RANDOM_PART % 4)); echo end >> ${marks}/$KIROKU_EXECUTION_ID`);
  return `jobnet: A\nparameters: { RANDOM_PART: 1 }\njobs:\n  A1: { agent: local, command: ${command} }\n  A2: { agent: local, after: A1, command: ${command} }\n`;
}

/** Starts runs one after the other through every outage; the key makes a start that was answered by nobody harmless. */
async function startRuns(here: Deployment, random: () => number): Promise<string[]> {
  const runs: string[] = [];
  for (let index = 0; index < RUNS; index += 1) {
    runs.push(await waitFor(`run ${index} is started`, () => here.api.start('A', 'the storm', { 'idempotency-key': `run-${index}` })));
    await moment(random() * 300);
  }
  return runs;
}

async function killServerAgainAndAgain(here: Deployment, random: () => number): Promise<void> {
  for (let kill = 0; kill < SERVER_KILLS; kill += 1) {
    await moment(random() * 700);
    await here.killServer();
    await here.startServer();
  }
}

async function killAgentAgainAndAgain(here: Deployment, random: () => number): Promise<void> {
  for (let kill = 0; kill < AGENT_KILLS; kill += 1) {
    await moment(200 + random() * 2000);
    await here.killAgent();
    await here.startAgent('local', { connected: false });
  }
}

function allFinished(here: Deployment, runs: readonly string[]): Promise<RunView[]> {
  return waitFor('all runs are finished', async () => {
    const views = await here.api.all<RunView>('/api/v1/runs');
    return views.length === runs.length && views.every(({ status }) => status === 'succeeded') && views;
  }, 120_000);
}

/** Nothing lost, nothing doubled: revisions without a gap, ids and positions without a repeat, one dispatch and one result an execution. */
function expectSoundLog(events: readonly EventView[], executions: readonly string[]): void {
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(events.map(({ position }) => BigInt(position))).toEqual(events.map((_, index) => BigInt(index + 1)));
  const revisions = new Map<string, number>();
  for (const { stream, revision } of events) {
    expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
    revisions.set(stream, revision);
  }
  for (const type of ['JobDispatched', 'JobFinished']) {
    const named = events.filter((event) => event.type === type).map(({ data }) => (data as { executionId: string }).executionId);
    expect(named.sort()).toEqual([...executions].sort());
  }
}

describe('a storm of kills', () => {
  let here: Deployment;

  beforeAll(async () => {
    here = await Deployment.create();
    mkdirSync(here.path('marks'));
    await here.startServer();
    await here.startAgent();
    await here.api.define('A', jobnet(here.path('marks')));
  }, 60_000);

  afterAll(() => here.destroy(), 60_000);

  it(`executes every job of ${RUNS} runs exactly once through ${SERVER_KILLS} kills of the server and ${AGENT_KILLS} of the agent`, async () => {
    const seed = seedOfRun();
    process.stderr.write(`kill storm: KIROKU_SEED=${seed}\n`);
    const [runs] = await Promise.all([
      startRuns(here, randomFrom(seed)), killServerAgainAndAgain(here, randomFrom(seed + 1)), killAgentAgainAndAgain(here, randomFrom(seed + 2)),
    ]);
    const views = await allFinished(here, runs);
    expect(new Set(views.map(({ runId }) => runId))).toEqual(new Set(runs));
    const executions = runs.flatMap((runId) => [`${runId}~A1~1`, `${runId}~A2~1`]);
    const marks = here.path('marks');
    expect(readdirSync(marks).sort()).toEqual([...executions].sort());
    for (const execution of executions) expect(readFileSync(join(marks, execution), 'utf8')).toBe('begin\nend\n');
    expectSoundLog(await here.api.events(), executions);
    expect(await here.api.running()).toEqual([]);
  }, 400_000);
});
