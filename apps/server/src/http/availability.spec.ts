import { waitFor } from '../../../../test/support/wait-for.js';
import type { Problem } from '#protocol/problem';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let runId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  runId = await server.startRun();
});

afterEach(closeServers);

describe('while the event store is unavailable', () => {
  const commands = () => [
    ['PUT', '/api/v1/jobnets/A', CHAIN.replace('./extract.sh', './other.sh')], ['POST', '/api/v1/jobnets/A/runs', {}], ['POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { reason: 'r' }],
  ] as const;

  it('every command is 503, says so, and changes nothing', async () => {
    server.store.unavailable = true;
    for (const [method, path, body] of commands()) {
      const { status, headers, body: problem } = await server.request(method, path, { body });
      expect({ status, code: problem.code, retry: headers['retry-after'] }).toEqual({ status: 503, code: 'store-unavailable', retry: '1' });
    }
    server.store.unavailable = false;
    expect((await server.run(runId)).jobs.map(({ state }) => state)).toEqual(['ready', 'waiting']);
    expect(await server.store.typesOn('jobnet-A')).toEqual(['JobnetDefined']);
  });

  it('what is folded is still answered; what is read from the log is 503', async () => {
    server.store.unavailable = true;
    for (const path of ['/api/v1/runs', `/api/v1/runs/${runId}`, '/api/v1/running', '/api/v1/agents', '/api/v1/jobnets/A', '/healthz']) {
      expect((await server.request('GET', path)).status).toBe(200);
    }
    for (const path of ['/api/v1/events', `/api/v1/runs/${runId}/events`, `/api/v1/runs/${runId}/jobs/A1/output`]) {
      expect((await server.request('GET', path)).body).toMatchObject({ status: 503, code: 'store-unavailable' });
    }
  });

  it('an export is 503 as well, not half a file', async () => {
    server.store.unavailable = true;
    const { status, body } = await server.request<Problem>('GET', '/api/v1/events', { headers: { accept: 'application/x-ndjson' } });
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'store-unavailable' });
  });

  it('nothing is lost: the same commands do their work afterwards', async () => {
    server.store.unavailable = true;
    for (const [method, path, body] of commands()) await server.request(method, path, { body });
    server.store.unavailable = false;
    for (const [method, path, body] of commands()) expect((await server.request(method, path, { body })).status).toBeLessThan(300);
  });
});

describe('?after=', () => {
  it('waits until that position is folded, and then shows it', async () => {
    const release = server.store.holdSubscriptions();
    const skip = server.request('POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { body: { reason: 'r' } });
    const position = await waitFor('the skip is in the log', async () => (await server.store.events(`run-${runId}`)).find(({ type }) => type === 'JobSkipped')?.position, 5_000);
    expect((await server.run(runId)).jobs[0]?.state).toBe('ready');
    const query = server.request<{ jobs: { state: string }[] }>('GET', `/api/v1/runs/${runId}?after=${position}`);
    release();
    expect((await query).body.jobs[0]?.state).toBe('skipped');
    expect((await skip).status).toBe(200);
  });

  it('gives up with 503, on every query', async () => {
    const answers = await Promise.all(['/api/v1/runs', `/api/v1/runs/${runId}`, '/api/v1/running', '/api/v1/agents', '/api/v1/jobnets', '/api/v1/events'].map((path) =>
      server.request('GET', `${path}?after=99999`)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [503, 'not-folded-yet']));
  });

  it('is a position', async () => {
    expect((await server.request('GET', '/api/v1/running?after=later')).body).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

describe('an answer to a command', () => {
  it('comes when every query shows its effect: read your own writes', async () => {
    const release = server.store.holdSubscriptions();
    let answered = false;
    const skip = server.skip(runId, 'A1').then(() => { answered = true; });
    await waitFor('it is in the log', async () => (await server.store.typesOn(`run-${runId}`)).includes('JobSkipped'), 5_000);
    await server.run(runId);
    expect(answered).toBe(false);
    release();
    await skip;
    expect((await server.run(runId)).jobs[0]?.state).toBe('skipped');
  });
});

describe('a log that cannot be understood any more', () => {
  it('ends the server: the failure is told, and nothing behind it is shown', async () => {
    const [event] = await server.store.events('jobnet-A');
    if (event === undefined) throw new Error('a jobnet was defined');
    await server.store.append('jobnet-B', 'none', [{ ...event, id: '0190a0a0-0000-7000-8000-000000000001', type: 'JobnetPainted' }]);
    await waitFor('the failure is told', () => server.failures.length === 1, 5_000);
    expect(String(server.failures[0])).toMatch(/unknown event type JobnetPainted/);
  });
});
