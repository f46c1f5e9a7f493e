import type { Problem } from '#protocol/problem';
import { closeServers, CHAIN, ServerUnderTest } from '../../test-support/server-under-test.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  agent = new ScriptedAgent(server);
  await agent.sayHello();
});

afterAll(closeServers);

const operatorRoutes = [
  ['GET', '/api/v1/runs'], ['GET', '/api/v1/runs/x'], ['GET', '/api/v1/runs/x/events'], ['GET', '/api/v1/running'], ['GET', '/api/v1/events'], ['GET', '/api/v1/stream'], ['GET', '/api/v1/agents'],
  ['GET', '/api/v1/jobnets'], ['GET', '/api/v1/jobnets/A'], ['PUT', '/api/v1/jobnets/A'], ['POST', '/api/v1/jobnets/validate'], ['POST', '/api/v1/jobnets/A/runs'],
  ['POST', '/api/v1/runs/x/jobs/y/skip'], ['GET', '/api/v1/runs/x/jobs/y/output'],
  ['GET', '/api/v1/operators'], ['POST', '/api/v1/operators'], ['POST', '/api/v1/operators/x/revoke'],
] as const;

const agentRoutes = [
  ['POST', '/api/v1/agents/local/sessions'], ['POST', '/api/v1/agents/local/reports'], ['GET', '/api/v1/agents/local/dispatches?session=1'],
] as const;

describe('a request without a token that is known', () => {
  it.each([...operatorRoutes, ...agentRoutes])('is 401 and told how to show one: %s %s', async (method, path) => {
    const without = await server.request<Problem>(method, path, { token: null });
    const wrong = await server.request<Problem>(method, path, { token: 'kiroku_wrong' });
    expect([without.status, wrong.status]).toEqual([401, 401]);
    expect([without.body.code, wrong.body.code]).toEqual(['token-missing', 'token-unknown']);
    expect([without.headers['www-authenticate'], wrong.headers['www-authenticate']]).toEqual(['Bearer realm="kiroku"', 'Bearer realm="kiroku"']);
  });

  it.each(['Basic a2lyb2t1', 'Bearer', 'Bearer one two', 'kiroku_x'])('of another form is 401 as well: %s', async (authorization) => {
    const { status, body } = await server.request('GET', '/api/v1/runs', { token: null, headers: { authorization } });
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'token-missing' });
  });

  it('never repeats the token that was shown', async () => {
    const { text } = await server.request('GET', '/api/v1/runs', { token: 'kiroku_secret' });
    expect(text).not.toContain('secret');
  });

  it('may ask for the health and nothing else', async () => {
    expect((await server.request('GET', '/healthz', { token: null })).status).toBe(200);
    expect((await server.request<{ position: string }>('GET', '/readyz', { token: null })).body.position).toMatch(/^[0-9]+$/);
  });
});

describe('agents and operators keep to their own routes', () => {
  it.each(operatorRoutes)('the credential of an agent is 403 on %s %s', async (method, path) => {
    const { status, body } = await server.request(method, path, { token: agent.credential ?? null });
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'forbidden' });
  });

  it.each(operatorRoutes)('the enrolment token is 403 on %s %s', async (method, path) => {
    expect((await server.request(method, path, { token: server.tokenIn('agent.token') })).status).toBe(403);
  });

  it.each(agentRoutes)('the token of an operator is 403 on %s %s', async (method, path) => {
    const { status, body } = await server.request(method, path);
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'forbidden' });
  });

  it('the enrolment token is for the first hello alone', async () => {
    const token = server.tokenIn('agent.token');
    expect((await server.request('POST', '/api/v1/agents/local/reports', { token, body: { session: agent.session, reports: [] } })).status).toBe(403);
    expect((await server.request('GET', `/api/v1/agents/local/dispatches?session=${agent.session}`, { token })).status).toBe(403);
  });

  it('an agent speaks for itself alone', async () => {
    const other = new ScriptedAgent(server, 'other');
    await other.sayHello();
    const token = agent.credential ?? null;
    expect((await server.request('POST', '/api/v1/agents/other/sessions', { token, body: other.hello() })).status).toBe(403);
    expect((await server.request('POST', '/api/v1/agents/other/reports', { token, body: { session: other.session, reports: [] } })).status).toBe(403);
    expect((await server.request('GET', `/api/v1/agents/other/dispatches?session=${other.session}`, { token })).status).toBe(403);
  });
});
