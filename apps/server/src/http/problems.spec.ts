import { problem } from '#protocol/problem';
import { connect } from 'node:net';
import { type Answer, CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let runId: string;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  runId = await server.startRun();
});

afterAll(closeServers);

function expectProblem({ status, headers, body }: Answer<unknown>, expected: { status: number; code: string; detail?: RegExp }): void {
  const parsed = problem.parse(body);
  expect({ status, code: parsed.code }).toEqual({ status: expected.status, code: expected.code });
  expect(parsed.status).toBe(status);
  expect(String(headers['content-type'])).toMatch(/^application\/problem\+json/);
  if (expected.detail !== undefined) expect(parsed.detail).toMatch(expected.detail);
}

describe('what is not there is 404, whatever the form of the id', () => {
  const strange = ['nobody', '%F0%9F%8E%89', '..%2F..%2Fetc', '%00', '__proto__', 'constructor', '%20', "'%3B--", '%25zz', '*', 'a'.repeat(250)];
  const unreadable = ['%zz', '%', '%E0%A4%A', '%ff', 'a'.repeat(5_000)];
  const named = (ids: readonly string[], code: string) => ids.map((id) => ({ id, code, name: id.slice(0, 20) }));

  it.each([...named(strange, 'run-not-found'), ...named(unreadable, 'route-not-found')])('a run called $name', async ({ id, code }) => {
    expectProblem(await server.request('GET', `/api/v1/runs/${id}`), { status: 404, code });
    expectProblem(await server.request('GET', `/api/v1/runs/${id}/events`), { status: 404, code });
    expectProblem(await server.request('POST', `/api/v1/runs/${id}/jobs/A1/skip`, { body: { reason: 'r' } }), { status: 404, code });
  });

  it.each([...named(strange, 'jobnet-not-found'), ...named(unreadable, 'route-not-found')])('a jobnet called $name', async ({ id, code }) => {
    expectProblem(await server.request('GET', `/api/v1/jobnets/${id}`), { status: 404, code });
    expectProblem(await server.request('POST', `/api/v1/jobnets/${id}/runs`, { body: {} }), { status: 404, code });
  });

  it.each([...named(strange, 'job-not-found'), ...named(unreadable, 'route-not-found')])('a job called $name', async ({ id, code }) => {
    expectProblem(await server.request('POST', `/api/v1/runs/${runId}/jobs/${id}/skip`, { body: { reason: 'r' } }), { status: 404, code });
    expectProblem(await server.request('GET', `/api/v1/runs/${runId}/jobs/${id}/output`), { status: 404, code });
  });

  it('a run with the run of another route: its events, its jobs', async () => {
    expectProblem(await server.request('GET', '/api/v1/runs/nobody/events'), { status: 404, code: 'run-not-found' });
    expectProblem(await server.request('POST', '/api/v1/runs/nobody/jobs/A1/skip', { body: { reason: 'r' } }), { status: 404, code: 'run-not-found' });
    expectProblem(await server.request('GET', '/api/v1/runs/nobody/jobs/A1/output'), { status: 404, code: 'run-not-found' });
    expectProblem(await server.request('GET', `/api/v1/runs/${runId}/jobs/nobody/output`), { status: 404, code: 'job-not-found' });
    expectProblem(await server.request('POST', `/api/v1/runs/${runId}/jobs/nobody/skip`, { body: { reason: 'r' } }), { status: 404, code: 'job-not-found', detail: /A1, A2/ });
  });

  it('a route', async () => {
    for (const path of ['/', '/nowhere', '/api/v1', '/api/v2/runs', `/api/v1/runs/${runId}/paint`]) {
      expectProblem(await server.request('GET', path), { status: 404, code: 'route-not-found' });
    }
  });

  it.each([
    ['DELETE', '/api/v1/runs/x', 'GET, HEAD'], ['GET', '/api/v1/runs/x/jobs/y/skip', 'POST'], ['POST', '/api/v1/jobnets/A?x=1', 'GET, HEAD, PUT'], ['PUT', '/healthz', 'GET, HEAD'],
  ] as const)('is 405, and says what would be possible: %s %s', async (method, path, allowed) => {
    const answer = await server.request(method, path, { body: {} });
    expectProblem(answer, { status: 405, code: 'method-not-allowed' });
    expect(answer.headers['allow']).toBe(allowed);
    expect(answer.body.detail).toContain(allowed);
  });
});

describe('a body', () => {
  const start = (parts: Parameters<ServerUnderTest['request']>[2]) => server.request('POST', '/api/v1/jobnets/A/runs', parts);
  const skip = (body: unknown) => server.request('POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { body });

  it('that is no JSON is 400', async () => {
    expectProblem(await start({ body: '{"reason": ', headers: { 'content-type': 'application/json' } }), { status: 400, code: 'malformed-request', detail: /no JSON/ });
  });

  it('that is not as described is 400, and the place is named', async () => {
    expectProblem(await start({ body: { reason: 7 } }), { status: 400, code: 'invalid-request', detail: /reason/ });
    expectProblem(await start({ body: { parameters: { 'no name': 'x' } } }), { status: 400, code: 'invalid-request', detail: /parameters/ });
    expectProblem(await start({ body: [] }), { status: 400, code: 'invalid-request', detail: /body/ });
    expectProblem(await skip({}), { status: 400, code: 'invalid-request', detail: /reason/ });
    expectProblem(await skip({ reason: '  ' }), { status: 400, code: 'invalid-request', detail: /reason/ });
    expectProblem(await skip({ reason: 'x'.repeat(2_001) }), { status: 400, code: 'invalid-request', detail: /reason/ });
    expectProblem(await skip({ reason: 'r', expect: { state: 'flying' } }), { status: 400, code: 'invalid-request', detail: /expect\.state/ });
    expectProblem(await server.request('POST', `/api/v1/runs/${runId}/jobs/A1/skip`), { status: 400, code: 'invalid-request', detail: /body/ });
  });

  it('with a key that nobody knows is 400, and the key is named', async () => {
    expectProblem(await start({ body: { reasn: 'typo' } }), { status: 400, code: 'invalid-request', detail: /reasn/ });
    expectProblem(await skip({ reason: 'r', force: true }), { status: 400, code: 'invalid-request', detail: /force/ });
    expectProblem(await skip({ reason: 'r', expect: { stat: 'ready' } }), { status: 400, code: 'invalid-request', detail: /stat/ });
  });

  it('that is too large is 413', async () => {
    expectProblem(await start({ body: { reason: 'x'.repeat(5 * 1024 * 1024) } }), { status: 413, code: 'body-too-large' });
    expectProblem(await server.request('PUT', '/api/v1/jobnets/A', { body: `# ${'x'.repeat(20 * 1024 * 1024)}` }), { status: 413, code: 'body-too-large' });
  });

  it('of a type that nobody reads is 415', async () => {
    expectProblem(await start({ body: '<reason/>', headers: { 'content-type': 'application/xml' } }), { status: 415, code: 'unsupported-media-type' });
  });

  it('that is refused changes nothing', async () => {
    const changes = async () => (await server.store.events()).filter(({ stream }) => !stream.startsWith('refusals-')).length;
    const before = await changes();
    await start({ body: { reasn: 'typo' } });
    await skip({ reason: 'r', force: true });
    await start({ body: '{', headers: { 'content-type': 'application/json' } });
    expect(await changes()).toBe(before);
  });
});

describe('a query', () => {
  it.each([
    ['/api/v1/runs?limit=0', /limit/], ['/api/v1/runs?limit=1001', /limit/], ['/api/v1/runs?limit=ten', /limit/], ['/api/v1/jobnets?limit=1.5', /limit/],
    ['/api/v1/runs?after=yesterday', /after/], ['/api/v1/runs?after=-1', /after/], ['/api/v1/events?cursor=abc', /cursor/], ['/api/v1/events?since=yesterday', /since/],
    ['/api/v1/events?until=2026-11-22', /until/], ['/api/v1/runs?jobnet=A&jobnet=B', /jobnet/], ['/api/v1/agents?limit=', /limit/], ['/api/v1/running?limit=-5', /limit/],
  ])('that is not as described is 400, and the place is named: %s', async (path, detail) => {
    expectProblem(await server.request('GET', path), { status: 400, code: 'invalid-request', detail });
  });
});

describe('an Idempotency-Key', () => {
  it.each(['', 'x'.repeat(201)])('has 1 to 200 characters', async (key) => {
    const answer = await server.request('POST', '/api/v1/jobnets/A/runs', { body: {}, headers: { 'idempotency-key': key } });
    expectProblem(answer, { status: 400, code: 'invalid-request', detail: /Idempotency-Key/ });
  });
});

describe('what is no HTTP', () => {
  it('is answered with a problem document, and the server goes on', async () => {
    const url = new URL(await server.listen());
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(url.port), url.hostname, () => socket.write('\u0000\u0001 what is this\r\n\r\n'));
      socket.setEncoding('utf8').on('data', (part) => { text += String(part); }).on('end', () => resolve(text)).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(problem.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).code).toBe('malformed-request');
    expect((await server.request('GET', '/healthz')).status).toBe(200);
  });
});
