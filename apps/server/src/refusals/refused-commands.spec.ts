import type { Instant } from '#events/vocabulary';
import { REFUSALS_PER_MINUTE } from '#domain/refusal/refusal-quota';
import { waitFor } from '../../../../test/support/wait-for.js';
import { tokenFor } from '../../test-support/operator-tokens.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { LogClock } from '../event-sourcing/log-clock.js';

let server: ServerUnderTest;
let runId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  runId = await server.startRun();
});

afterEach(closeServers);

const skip = (run: string, parts: Parameters<ServerUnderTest['request']>[2] = {}) => server.request('POST', `/api/v1/runs/${run}/jobs/A1/skip`, { body: { reason: 'r' }, ...parts });
const recorded = () => server.store.events('refusals-');
const refusals = (count: number) => waitFor(`${count} refusals are on record`, async () => {
  const events = await recorded();
  return events.length === count ? events : undefined;
}, 5_000);

describe('a command that is refused', () => {
  it('is on record: who tried what, and why not', async () => {
    const token = await tokenFor(server, 'alice', { role: 'viewer' });
    const { body } = await skip(runId, { token });
    await refusals(1);
    expect(await server.events('&type=CommandRefused')).toMatchObject([{
      stream: 'refusals-alice', actor: { kind: 'operator', id: 'alice', tokenId: expect.any(String) as string },
      data: { method: 'POST', path: `/api/v1/runs/${runId}/jobs/A1/skip`, status: 403, code: 'forbidden', detail: body.detail },
    }]);
  });

  it('is on record whatever was wrong with it, also what no route has seen', async () => {
    await skip(runId, { body: { reasn: 'typo' } });
    await skip('nobody');
    await server.request('POST', '/api/v1/operators/admin/revoke', { body: { reason: 'r' } });
    await server.request('POST', '/api/v1/jobnets/A/runs', { body: { reason: 'x'.repeat(5 * 1024 * 1024) } });
    await skip(runId, { body: '{', headers: { 'content-type': 'application/json' } });
    await server.request('POST', '/api/v1/nowhere?token=secret');
    const events = await refusals(6);
    expect(events.map(({ data }) => data as { status: number }).map(({ status }) => status)).toEqual([400, 404, 409, 413, 400, 404]);
    expect(JSON.stringify(events.map(({ data }) => data))).not.toContain('secret');
  });

  it('stands in no other stream, and in no view', async () => {
    const before = [await server.run(runId), await server.read('/api/v1/runs'), await server.read('/api/v1/agents')];
    await skip('nobody');
    await skip(runId, { body: {} });
    const [first] = await refusals(2);
    expect(first?.stream).toBe('refusals-admin');
    expect([await server.run(runId), await server.read('/api/v1/runs'), await server.read('/api/v1/agents')]).toEqual(before);
  });

  it('is told of an agent that tries what is not an agent\'s, and of no report', async () => {
    const agent = new ScriptedAgent(server);
    await agent.sayHello();
    expect((await agent.post('reports', { session: 99, reports: [] })).status).toBe(409);
    expect((await skip(runId, { token: agent.credential ?? null })).status).toBe(403);
    expect(await refusals(1)).toMatchObject([{ stream: 'refusals-~local', data: { status: 403 } }]);
  });
});

describe('no refusal of a command', () => {
  it('is what nobody known has asked, what only asks, and what is done', async () => {
    await skip('nobody', { token: null });
    await skip('nobody', { token: 'kiroku_wrong' });
    await server.request('GET', '/api/v1/runs/nobody');
    await server.request('POST', '/api/v1/jobnets/validate', { body: 'jobnet: [' });
    expect((await skip(runId)).status).toBe(200);
    await skip('nobody');
    expect(await refusals(1)).toHaveLength(1);
  });

  it('is a command that the store could not take: it may be given again', async () => {
    server.store.unavailable = true;
    expect((await skip(runId)).status).toBe(503);
    server.store.unavailable = false;
    await skip('nobody');
    expect(await refusals(1)).toMatchObject([{ data: { status: 404 } }]);
  });
});

describe('the record of refusals', () => {
  it('is never waited for', async () => {
    const release = server.store.holdAppends('refusals-');
    expect((await skip('nobody')).status).toBe(404);
    expect(await recorded()).toEqual([]);
    release();
    await refusals(1);
  });

  it('drops what cannot be written, and goes on when it can', async () => {
    const accept = server.store.refuseAppends('refusals-');
    expect((await skip('nobody')).status).toBe(404);
    await waitFor('it was tried', () => server.store.asked.some(({ stream }) => stream === 'refusals-admin'), 5_000);
    accept();
    await skip(runId, { body: {} });
    expect(await refusals(1)).toMatchObject([{ data: { status: 400 } }]);
  });

  it('is bounded by the minute for each source, and says how many are missing', async () => {
    const alice = await tokenFor(server, 'alice', { role: 'operator' });
    const minute = server.get(LogClock).now();
    server.get(LogClock).advance(new Date(Date.parse(minute) + 3_600_000).toISOString() as Instant);
    for (let count = 0; count < REFUSALS_PER_MINUTE + 7; count += 1) await skip('nobody');
    await refusals(REFUSALS_PER_MINUTE);
    await skip('nobody', { token: alice });
    await refusals(REFUSALS_PER_MINUTE + 1);
    server.get(LogClock).advance(new Date(Date.parse(minute) + 7_200_000).toISOString() as Instant);
    await skip('nobody');
    const last = (await refusals(REFUSALS_PER_MINUTE + 3)).slice(-2);
    expect(last).toMatchObject([{ type: 'CommandRefusalsSuppressed', data: { count: 7 } }, { type: 'CommandRefused' }]);
  });

  it('goes on behind a restart', async () => {
    await skip('nobody');
    await refusals(1);
    server = await server.restart();
    await skip('nobody');
    expect((await refusals(2)).map(({ revision }) => revision)).toEqual([0, 1]);
  });
});
