import { closeServers, CHAIN, ServerUnderTest } from '../../test-support/server-under-test.js';
import { tokenFor } from '../../test-support/operator-tokens.js';
import type { OperatorRole } from './principal.js';

let server: ServerUnderTest;
let runId: string;
const tokens = new Map<OperatorRole, string>();

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  runId = await server.startRun();
  for (const role of ['viewer', 'operator', 'admin'] as const) tokens.set(role, await tokenFor(server, `some-${role}`, { role }));
});

afterAll(closeServers);

const as = (role: OperatorRole, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => server.request(method, path, { token: tokens.get(role) ?? null, body });

const queries = ['/api/v1/runs', '/api/v1/running', '/api/v1/jobnets', '/api/v1/agents', '/api/v1/events', '/api/v1/operators'];
const commands = [
  ['PUT', '/api/v1/jobnets/A'], ['POST', '/api/v1/jobnets/A/runs'], ['POST', '/api/v1/runs/x/stop'], ['POST', '/api/v1/runs/x/hold'], ['POST', '/api/v1/runs/x/release'],
  ...['skip', 'stop', 'hold', 'release', 'rerun', 'settle', 'adopt'].map((verb) => ['POST', `/api/v1/runs/x/jobs/y/${verb}`] as const),
] as const;

describe('a viewer', () => {
  it.each(queries)('sees %s', async (path) => {
    expect((await as('viewer', 'GET', path)).status).toBe(200);
  });

  it.each(commands)('is refused, and told which role it takes: %s %s', async (method, path) => {
    const { status, body } = await as('viewer', method, path, {});
    expect({ status, code: body.code, detail: body.detail }).toEqual({ status: 403, code: 'forbidden', detail: 'this needs the role operator; some-viewer has the role viewer' });
  });

  it('changes nothing', async () => {
    expect((await as('viewer', 'POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { reason: 'r' })).status).toBe(403);
    expect((await server.run(runId)).jobs[0]?.state).toBe('ready');
  });
});

describe('an operator', () => {
  it('defines, starts and intervenes, under its own name', async () => {
    expect((await as('operator', 'PUT', '/api/v1/jobnets/A', CHAIN.replace('extract', 'fetch'))).status).toBe(200);
    expect((await as('operator', 'POST', '/api/v1/jobnets/A/runs', {})).status).toBe(201);
    expect((await as('operator', 'POST', `/api/v1/runs/${runId}/jobs/A1/hold`, { reason: 'r' })).status).toBe(200);
    expect((await server.store.events(`run-${runId}`)).at(-1)?.metadata).toMatchObject({ actor: { kind: 'operator', id: 'some-operator' }, reason: 'r' });
  });

  it.each(['/api/v1/operators', '/api/v1/operators/some-viewer/revoke'])('does not manage operators: %s', async (path) => {
    const { status, body } = await as('operator', 'POST', path, { reason: 'r' });
    expect({ status, code: body.code, detail: body.detail }).toEqual({ status: 403, code: 'forbidden', detail: 'this needs the role admin; some-operator has the role operator' });
  });
});

describe('an admin', () => {
  it('may do what the others may, and manages operators', async () => {
    expect((await as('admin', 'GET', '/api/v1/runs')).status).toBe(200);
    expect((await as('admin', 'POST', '/api/v1/jobnets/A/runs', {})).status).toBe(201);
    expect((await as('admin', 'POST', '/api/v1/operators', { name: 'new', role: 'viewer' })).status).toBe(201);
  });
});
