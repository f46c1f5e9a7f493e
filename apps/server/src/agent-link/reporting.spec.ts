import type { AgentView, List, OutputView } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { accepted, finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
  agent = await ScriptedAgent.connected(server);
  runId = await server.startRun();
});

afterEach(closeServers);

const onRecord = () => server.store.typesOn(`run-${runId}`);
/** Without when its agent was last heard of, which moves with every report. */
const recordedRun = async () => JSON.parse(JSON.stringify(await server.run(runId), (key, value: unknown) => (key === 'lastContactAt' ? undefined : value))) as unknown;
const stateOf = async (jobId: string) => (await server.run(runId)).jobs.find((job) => job.jobId === jobId)?.state;
const appendsTo = (stream: string) => server.store.asked.filter((each) => each.stream === stream).map(({ events }) => events.map(({ type }) => type));

async function unmatchedReports(): Promise<number | undefined> {
  return (await server.read<List<AgentView>>('/api/v1/agents')).items.find(({ name }) => name === agent.name)?.unmatchedReports;
}

describe('a result', () => {
  it('and what follows from it are one append', async () => {
    await agent.execute('A1');
    expect(appendsTo(`run-${runId}`).at(-1)).toEqual(['JobFinished', 'JobDispatched']);
    await agent.execute('A2');
    expect(appendsTo(`run-${runId}`).at(-1)).toEqual(['JobFinished', 'RunFinished']);
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('is acknowledged with the place where it is stored', async () => {
    const { acknowledged } = await agent.execute('A1');
    const events = await server.store.events(`run-${runId}`);
    expect(acknowledged).toEqual([{ executionId: `${runId}~A1~1`, sequence: 3, receipt: { position: events.at(-1)?.position.toString(), eventId: events.at(-1)?.id } }]);
  });

  it('is not acknowledged before it is durable', async () => {
    const { spec } = await agent.dispatchOf('A1');
    const release = server.store.holdAppends('run-');
    let answered = false;
    const report = agent.report(finished(spec)).then(() => { answered = true; });
    await waitFor('its append is asked for', () => appendsTo(`run-${runId}`).some((types) => types.includes('JobFinished')), 5_000);
    await server.read('/api/v1/running');
    expect(answered).toBe(false);
    expect(await stateOf('A1')).toBe('dispatched');
    release();
    await report;
    expect(await stateOf('A1')).toBe('succeeded');
  });

  it('is not acknowledged before it is folded', async () => {
    const { spec } = await agent.dispatchOf('A1');
    const release = server.store.holdSubscriptions();
    let answered = false;
    const report = agent.report(finished(spec)).then(() => { answered = true; });
    await waitFor('it is in the log', async () => (await onRecord()).includes('JobFinished'), 5_000);
    await server.read('/api/v1/running');
    expect(answered).toBe(false);
    release();
    await report;
    expect(await stateOf('A1')).toBe('succeeded');
  });

  it('that the log cannot take is answered 503, and its retry is recorded once', async () => {
    const { spec } = await agent.dispatchOf('A1');
    server.store.failNextAppend();
    const refused = await agent.tryReport(finished(spec));
    expect({ status: refused.status, body: refused.body }).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
    expect(await stateOf('A1')).toBe('dispatched');
    await agent.report(finished(spec));
    expect((await onRecord()).filter((type) => type === 'JobFinished')).toHaveLength(1);
  });

  it('whose acknowledgement was lost is recorded once, starts its successor once, and is acknowledged at last', async () => {
    const { spec } = await agent.dispatchOf('A1');
    server.store.loseNextAcknowledgement();
    expect((await agent.tryReport(finished(spec))).status).toBe(503);
    const { acknowledged } = await agent.report(finished(spec));
    expect(acknowledged).toHaveLength(1);
    expect(await onRecord()).toEqual(['RunStarted', 'JobDispatched', 'JobFinished', 'JobDispatched']);
  });

  it('told again changes nothing, records nothing, and is acknowledged', async () => {
    await agent.execute('A1', 3);
    const before = await recordedRun();
    const { acknowledged } = await agent.execute('A1', 3);
    expect(acknowledged).toHaveLength(1);
    expect(await recordedRun()).toEqual(before);
    expect((await onRecord()).filter((type) => type === 'JobFinished')).toHaveLength(1);
  });

  it('is not undone by an older report that comes later', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(finished(spec));
    const before = await onRecord();
    const { acknowledged } = await agent.report(started(spec), accepted(spec));
    expect(acknowledged.map(({ sequence }) => sequence)).toEqual([2, 1]);
    expect(await onRecord()).toEqual(before);
    expect(await stateOf('A1')).toBe('succeeded');
  });

  it('brings its output, which is read from the log', async () => {
    const missing = await server.request('GET', `/api/v1/runs/${runId}/jobs/A1/output`);
    expect({ status: missing.status, code: missing.body.code }).toEqual({ status: 404, code: 'no-output' });
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(finished(spec, 0, 3, 'three rows\n'));
    const stdout = await server.read<OutputView>(`/api/v1/runs/${runId}/jobs/A1/output`);
    expect(stdout).toMatchObject({ stream: 'stdout', executionId: spec.executionId, bytes: 11, tail: 'three rows\n', complete: true });
    expect(await server.read<OutputView>(`/api/v1/runs/${runId}/jobs/A1/output?stream=stderr`)).toMatchObject({ stream: 'stderr', bytes: 0, tail: '' });
    expect((await server.request('GET', `/api/v1/runs/${runId}/jobs/A1/output?stream=both`)).status).toBe(400);
  });
});

describe('the reports of one request', () => {
  it('for one run are one append; those of another run another one', async () => {
    const other = await server.startRun('S');
    const [a1, s1] = [await agent.dispatchOf('A1'), await agent.dispatchOf('S1')];
    const { acknowledged } = await agent.report(accepted(a1.spec), accepted(s1.spec), started(a1.spec), started(s1.spec));
    expect(acknowledged.map(({ executionId, sequence }) => [executionId, sequence])).toEqual([[a1.spec.executionId, 1], [s1.spec.executionId, 1], [a1.spec.executionId, 2], [s1.spec.executionId, 2]]);
    expect(appendsTo(`run-${runId}`).at(-1)).toEqual(['JobAccepted', 'JobStarted']);
    expect(appendsTo(`run-${other}`).at(-1)).toEqual(['JobAccepted', 'JobStarted']);
  });

  it('that are too large for one append are several, and all are acknowledged', async () => {
    await server.define(`jobnet: W\njobs:\n${Array.from({ length: 20 }, (_, index) => `  W${index}: { command: x, agent: local }\n`).join('')}`);
    await agent.connect({ slots: 100 });
    const wide = await server.startRun('W');
    await waitFor('all are dispatched', () => agent.dispatches().filter(({ spec }) => spec.runId === wide).length === 20, 5_000);
    const reports = agent.dispatches().filter(({ spec }) => spec.runId === wide).map(({ spec }) => finished(spec, 0, 3, '\u0001'.repeat(4096)));
    const { acknowledged } = await agent.report(...reports);
    expect(acknowledged).toHaveLength(20);
    expect(appendsTo(`run-${wide}`).filter((types) => types.includes('JobFinished')).length).toBeGreaterThan(1);
  });

  it('may be none: a sign of life', async () => {
    const before = (await server.store.events()).length;
    expect(await agent.report()).toEqual({ acknowledged: [] });
    expect(await server.store.events()).toHaveLength(before);
  });

  it('are refused as a whole when one cannot be read, and nothing is recorded', async () => {
    const { spec } = await agent.dispatchOf('A1');
    const { status } = await agent.post('reports', { session: agent.session, reports: [accepted(spec), { ...accepted(spec), state: 'flying' }] });
    expect(status).toBe(400);
    expect(await onRecord()).toEqual(['RunStarted', 'JobDispatched']);
  });
});

describe('a report that fits nothing', () => {
  const stray = { runId: 'NOWHERE', jobId: 'J1', executionId: 'NOWHERE~J1~1' };

  it('is kept on the agent\'s stream, once, and acknowledged with its place there', async () => {
    const first = await agent.report(finished(stray));
    const again = await agent.report(finished(stray));
    const [kept, ...more] = (await server.store.events('agent-local')).filter(({ type }) => type === 'ReportUnmatched');
    expect(more).toEqual([]);
    expect(first.acknowledged).toEqual([{ executionId: stray.executionId, sequence: 3, receipt: { position: kept?.position.toString(), eventId: kept?.id } }]);
    expect(again.acknowledged).toHaveLength(1);
    expect(kept?.data).toMatchObject({ executionId: stray.executionId, sequence: 3, why: 'there is no such run', report: { state: 'finished', exitCode: 0 } });
    expect(await unmatchedReports()).toBe(1);
  });

  it('because the run has no such execution changes no run', async () => {
    const before = await recordedRun();
    await agent.report(finished({ runId, jobId: 'A1', executionId: `${runId}~A1~7` }), finished({ runId, jobId: 'A9', executionId: `${runId}~A9~1` }));
    expect(await recordedRun()).toEqual(before);
    expect(await unmatchedReports()).toBe(2);
  });

  it('because the execution is another agent\'s changes no run', async () => {
    const { spec } = await agent.dispatchOf('A1');
    const before = await recordedRun();
    const other = await ScriptedAgent.connected(server, { name: 'other' });
    expect((await other.report(finished(spec, 1))).acknowledged).toHaveLength(1);
    expect(await recordedRun()).toEqual(before);
    expect(await server.store.typesOn('agent-other')).toContain('ReportUnmatched');
  });

  it('keeps none that fits beside it from being recorded', async () => {
    const { spec } = await agent.dispatchOf('A1');
    expect((await agent.report(finished(stray), finished(spec))).acknowledged).toHaveLength(2);
    expect(await stateOf('A1')).toBe('succeeded');
  });
});
