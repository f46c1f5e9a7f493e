import { type CommandAnswer, listOf, runView, type List, type RunningView, type RunView } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { accepted, finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
});

afterEach(closeServers);

const start = (jobnet = 'A', headers = {}, body: unknown = { reason: 'month end' }) => server.request<CommandAnswer>('POST', `/api/v1/jobnets/${jobnet}/runs`, { body, headers });
const skip = (runId: string, jobId: string, body: object = {}, headers = {}) => server.request('POST', `/api/v1/runs/${runId}/jobs/${jobId}/skip`, { body: { reason: 'known to be done', ...body }, headers });

describe('a start', () => {
  it('is 201 with the run and the position of its effect, and every query sees it', async () => {
    const { status, body } = await start();
    expect(status).toBe(201);
    expect(Object.keys(body).sort()).toEqual(['position', 'runId']);
    expect((await server.events('&type=RunStarted'))[0]?.position).toBe(body.position);
    expect(runView.parse(await server.run(body.runId ?? ''))).toMatchObject({ runId: body.runId, jobnet: 'A', version: 1, revision: 0, status: 'running' });
  });

  it('needs no body', async () => {
    expect((await server.request('POST', '/api/v1/jobnets/A/runs')).status).toBe(201);
    expect((await server.request('POST', '/api/v1/jobnets/A/runs', { headers: { 'content-type': 'application/json' } })).status).toBe(201);
  });

  it('runs the version that the jobnet has now, and keeps it', async () => {
    const runId = await server.startRun();
    await server.define(CHAIN.replace('./extract.sh', './extract-2.sh'));
    const next = await server.startRun();
    expect([(await server.run(runId)).version, (await server.run(next)).version]).toEqual([1, 2]);
  });

  it('of a jobnet that nobody defined is 404', async () => {
    const { status, body } = await server.request('POST', '/api/v1/jobnets/Z/runs', { body: {} });
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'jobnet-not-found' });
  });
});

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'nightly-1' };

  it('starts one run, and every repeat is answered as the first', async () => {
    const first = await start('A', key);
    const again = await start('A', key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await server.events('&type=RunStarted')).toHaveLength(1);
  });

  it('is answered as the first time also after later changes, a new version and a restart', async () => {
    const agent = await ScriptedAgent.connected(server);
    const first = await start('A', key);
    await agent.execute('A1');
    await skip(first.body.runId ?? '', 'A2');
    await server.define(CHAIN.replace('./extract.sh', './extract-2.sh'));
    expect((await start('A', key)).body).toEqual(first.body);
    server = await server.restart();
    expect((await start('A', key)).body).toEqual(first.body);
    expect(await server.events('&type=RunStarted')).toHaveLength(1);
  });

  it('with another body is refused, on record, and changes nothing', async () => {
    await start('A', key, { reason: 'month end' });
    const { status, text } = await start('A', key, { reason: 'month end', parameters: { DAY: 'monday' } });
    expect([status, text]).toEqual([422, expect.stringContaining('"code":"idempotency-key-reused"')]);
    expect(await server.events('&type=RunStarted')).toHaveLength(1);
    await waitFor('the refusal on record', async () => (await server.events('&type=CommandRefused')).length === 1);
    expect((await server.events('&type=CommandRefused'))[0]?.data).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
  });

  it('of an intervention is refused with another reason', async () => {
    const runId = await server.startRun();
    expect((await skip(runId, 'A1', {}, key)).status).toBe(200);
    expect((await skip(runId, 'A1', {}, key)).status).toBe(200);
    expect((await skip(runId, 'A1', { reason: 'another' }, key)).status).toBe(422);
  });

  it('is one of its route: on another it is another command', async () => {
    const [a, s] = [await start('A', key), await start('S', key)];
    expect(a.body.runId).not.toBe(s.body.runId);
  });

  it('whose acknowledgement was lost writes nothing new, and is answered with the place of the first', async () => {
    const agent = await ScriptedAgent.connected(server);
    server.store.loseNextAcknowledgement();
    expect((await start('A', key)).status).toBe(503);
    const retry = await start('A', key);
    const log = await server.store.events(`run-${retry.body.runId}`);
    expect(retry.status).toBe(201);
    expect(log.map(({ type }) => type)).toEqual(['RunStarted', 'JobDispatched']);
    expect(retry.body.position).toBe(log.at(-1)?.position.toString());
    expect((await agent.dispatchOf('A1')).spec.runId).toBe(retry.body.runId);
  });

  it('makes a skip sent again do nothing, and answer its first position', async () => {
    const runId = await server.startRun();
    const first = await skip(runId, 'A1', {}, key);
    await skip(runId, 'A2');
    const again = await skip(runId, 'A1', {}, key);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await server.events('&type=JobSkipped&job=A1')).toHaveLength(1);
  });
});

describe('a skip', () => {
  it('is 200 with the position of its effect, and lets the flow go on', async () => {
    const agent = await ScriptedAgent.connected(server);
    const runId = await server.startRun();
    const { status, body } = await skip(runId, 'A1');
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['position']);
    expect((await server.run(runId)).jobs.map(({ state }) => state)).toEqual(['skipped', 'dispatched']);
    await agent.dispatchOf('A2', runId);
  });

  it('of a job that is skipped already is already so, and the answer says that nothing was recorded', async () => {
    const runId = await server.startRun();
    const { body } = await skip(runId, 'A1');
    expect(await skip(runId, 'A1')).toMatchObject({ status: 200, body: { ...body, alreadySo: true } });
    expect(await server.events('&type=JobSkipped')).toHaveLength(1);
  });

  it('of a job that has finished is 409, and names its state', async () => {
    const agent = await ScriptedAgent.connected(server);
    const runId = await server.startRun();
    await agent.execute('A1');
    const { status, body } = await skip(runId, 'A1');
    expect({ status, code: body.code, detail: body.detail }).toEqual({ status: 409, code: 'job-finished', detail: expect.stringContaining('A1 cannot be skipped: it has finished') as string });
    expect(await server.events('&type=JobSkipped')).toEqual([]);
  });

  it('that expects what is not so is 409, and changes nothing', async () => {
    const runId = await server.startRun();
    for (const expect_ of [{ state: 'running' }, { executionId: `${runId}~A1~1` }]) {
      const { status, body } = await skip(runId, 'A1', { expect: expect_ });
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'not-as-expected' });
    }
    expect((await skip(runId, 'A1', { expect: { state: 'ready' } })).status).toBe(200);
  });
});

describe('the list of runs', () => {
  it('is oldest first, and its pages leave nothing out and double nothing', async () => {
    const started: string[] = [];
    for (let count = 0; count < 7; count += 1) started.push(await server.startRun(count % 2 === 0 ? 'A' : 'S'));
    const seen: string[] = [];
    for (let path: string | undefined = '/api/v1/runs?limit=3'; path !== undefined;) {
      const page: List<RunView> = listOf(runView).parse(await server.read(path)) as List<RunView>;
      seen.push(...page.items.map(({ runId }) => runId));
      path = page.next === undefined ? undefined : `/api/v1/runs?limit=3&cursor=${page.next}`;
    }
    expect(seen).toEqual(started);
  });

  it('goes on where it was when the last run of a page has left the filter', async () => {
    const [first, second, third] = [await server.startRun('S'), await server.startRun('S'), await server.startRun('S')];
    const page = await server.read<List<RunView>>('/api/v1/runs?status=running&limit=2');
    expect(page.items.map(({ runId }) => runId)).toEqual([first, second]);
    await skip(second, 'S1');
    const next = await server.read<List<RunView>>(`/api/v1/runs?status=running&limit=2&cursor=${page.next}`);
    expect(next).toEqual({ items: [expect.objectContaining({ runId: third })] });
  });

  it('is filtered by jobnet and status, one value or several', async () => {
    const [a, s] = [await server.startRun('A'), await server.startRun('S')];
    await skip(s, 'S1');
    const ids = async (query: string) => (await server.read<List<RunView>>(`/api/v1/runs?${query}`)).items.map(({ runId }) => runId);
    expect(await ids('jobnet=S')).toEqual([s]);
    expect(await ids('jobnet=A,S')).toEqual([a, s]);
    expect(await ids('status=succeeded')).toEqual([s]);
    expect(await ids('status=running,succeeded&jobnet=A')).toEqual([a]);
    expect(await ids('jobnet=Z')).toEqual([]);
  });

  it('takes a limit from 1 to 1000, and no cursor that it did not give', async () => {
    const runId = await server.startRun();
    expect((await server.read<List<RunView>>('/api/v1/runs?limit=1')).items).toHaveLength(1);
    expect((await server.request('GET', '/api/v1/runs?limit=1000')).status).toBe(200);
    expect((await server.request('GET', `/api/v1/runs?cursor=${runId}x`)).status).toBe(400);
  });
});

describe('what is running', () => {
  it('is every open execution, the least certain first, also of a run that is finished', async () => {
    const agent = await ScriptedAgent.connected(server);
    const [one, two, three] = [await server.startRun('S'), await server.startRun('S'), await server.startRun('S')];
    const specs = await Promise.all([one, two, three].map(async (runId) => (await agent.dispatchOf('S1', runId)).spec));
    const [s1, s2, s3] = specs;
    if (s1 === undefined || s2 === undefined || s3 === undefined) throw new Error('three were dispatched');
    await agent.report(accepted(s1), started(s2));
    await skip(two, 'S1');
    expect((await server.run(two)).status).toBe('succeeded');
    const rows = (await server.read<List<RunningView>>('/api/v1/running')).items;
    expect(rows.map(({ runId, evidence }) => [runId, evidence.kind])).toEqual([[three, 'none'], [one, 'confirmed'], [two, 'confirmed']]);
    expect(rows[2]).toMatchObject({ jobState: 'skipped', state: 'running', agent: 'local', attempt: 1 });
    await agent.report(finished(s1), finished(s2), finished(s3));
    expect(await server.read('/api/v1/running')).toEqual({ items: [] });
  });

  it('is paged without losing what stands behind an execution that has ended', async () => {
    const agent = await ScriptedAgent.connected(server);
    for (let count = 0; count < 3; count += 1) await server.startRun('S');
    const page = await server.read<List<RunningView>>('/api/v1/running?limit=2');
    const [, last] = page.items;
    await agent.dispatchOf('S1', last?.runId);
    await agent.execute('S1', 0, last?.runId);
    const next = await server.read<List<RunningView>>(`/api/v1/running?limit=2&cursor=${encodeURIComponent(page.next ?? '')}`);
    expect(next.items).toHaveLength(1);
    expect(page.items.map(({ runId }) => runId)).not.toContain(next.items[0]?.runId);
  });
});
