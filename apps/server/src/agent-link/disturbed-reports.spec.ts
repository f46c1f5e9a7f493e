import fc from 'fast-check';
import type { Report } from '#protocol/agent-link';
import type { RunView } from '#protocol/api';
import { seedOfRun } from '../../../../test/support/random.js';
import { accepted, finished, neverStarted, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

const JOBS = ['J1', 'J2', 'J3'];

let server: ServerUnderTest;
let agent: ScriptedAgent;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.define(`jobnet: Three\njobs:\n${JOBS.map((id) => `  ${id}: { command: x, agent: local }\n`).join('')}`);
  agent = await ScriptedAgent.connected(server, { slots: 1_000 });
}, 60_000);

afterAll(closeServers);

type End = 'succeeded' | 'failed' | 'never-started';

/** What is done with a batch on its way, before all of it is said once more as agents do until it is acknowledged. */
type Disturbance = { readonly kind: 'once' | 'twice' | 'truncated' | 'in-old-session' | 'in-new-session'; readonly chosen: readonly number[] };

const disturbances: fc.Arbitrary<Disturbance[]> = fc.array(fc.record({
  kind: fc.constantFrom('once', 'twice', 'truncated', 'in-old-session', 'in-new-session'),
  // Of all that the session's reports ever said, in any order and any number of times.
  chosen: fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 9 }),
}), { maxLength: 6 });

/** All that is ever reported, in its order; what never starts stays ready to be dispatched again, which is another execution. */
function historyOf(runId: string, ends: readonly End[]): Report[] {
  const of = (jobId: string) => ({ runId, jobId, executionId: `${runId}~${jobId}~1` });
  return ends.flatMap((end, index) => {
    const execution = of(JOBS[index] ?? '');
    return end === 'never-started' ? [accepted(execution), neverStarted(execution)] : [accepted(execution), started(execution), finished(execution, end === 'failed' ? 1 : 0)];
  });
}

async function disturb(history: readonly Report[], { kind, chosen }: Disturbance): Promise<void> {
  const reports = chosen.flatMap((index) => history[index % history.length] ?? []);
  const { session } = agent;
  if (kind === 'in-new-session') await agent.connect();
  if (kind === 'in-old-session') {
    await agent.connect();
    expect((await agent.post('reports', { session, reports })).status).toBe(409);
  } else if (kind === 'truncated') {
    const body = JSON.stringify({ session, reports });
    const headers = { 'content-type': 'application/json' };
    const answer = await server.request('POST', '/api/v1/agents/local/reports', { body: body.slice(0, 1 + (chosen[0] ?? 0) * Math.floor(body.length / 10)), headers, token: agent.credential ?? null });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  } else {
    for (let time = kind === 'twice' ? 2 : 1; time > 0; time -= 1) expect((await agent.report(...reports)).acknowledged).toHaveLength(reports.length);
  }
}

const ORDER = ['dispatched', 'accepted', 'running', 'never-started', 'finished', 'succeeded', 'failed'];

/** How far each first execution is: this never becomes less. */
async function progressOf(runId: string): Promise<number[]> {
  return (await server.run(runId)).jobs.map(({ executions }) => ORDER.indexOf(executions[0]?.state ?? 'dispatched'));
}

/** Less what differs between any two runs. */
function comparable({ status, jobs }: RunView): unknown {
  return { status, jobs: jobs.map(({ jobId, state, attempt, exitCode, executions }) => ({ jobId, state, attempt, exitCode, executions: executions.map((each) => ({ state: each.state, attempt: each.attempt, exitCode: each.exitCode, late: each.late })) })) };
}

async function reportedBy(ends: readonly End[], disturbed: readonly Disturbance[]): Promise<unknown> {
  const runId = await server.startRun('Three');
  await agent.dispatchOf('J3', runId);
  const history = historyOf(runId, ends);
  let before = await progressOf(runId);
  for (const each of disturbed) {
    await disturb(history, each);
    const now = await progressOf(runId);
    expect(now.every((state, index) => state >= (before[index] ?? 0))).toBe(true);
    before = now;
  }
  await agent.report(...history.filter((report, index) => history[index + 1]?.executionId !== report.executionId));
  const events = await server.store.events(`run-${runId}`);
  const told = events.filter(({ type }) => type === 'JobFinished' || type === 'JobNeverStarted' || type === 'LateResultRecorded');
  expect(told.map(({ data }) => (data as { executionId: string }).executionId).sort()).toEqual(JOBS.map((jobId) => `${runId}~${jobId}~1`));
  return comparable(await server.run(runId));
}

it('reports that come twice, out of order, cut off, and once more in a later session leave what the undisturbed ones leave: each result once', async () => {
  const seed = seedOfRun();
  const ends = fc.tuple(...JOBS.map(() => fc.constantFrom<End>('succeeded', 'failed', 'never-started')));
  await fc.assert(fc.asyncProperty(ends, disturbances, async (story, disturbed) => {
    expect(await reportedBy(story, disturbed)).toEqual(await reportedBy(story, []));
  }), { seed, numRuns: 25, endOnFailure: true });
}, 240_000);
