import type { Instant } from '#events/vocabulary';
import { type IssuedToken, type List, operatorView, type OperatorView } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { tokenFor } from '../../test-support/operator-tokens.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { hashToken } from './token.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
});

afterEach(closeServers);

const add = (body: unknown, headers: Record<string, string> = {}) => server.request<IssuedToken>('POST', '/api/v1/operators', { body, headers });
const revoke = (name: string, token?: string) => server.request('POST', `/api/v1/operators/${name}/revoke`, { body: { reason: 'she has left' }, ...(token === undefined ? {} : { token }) });
const list = async () => (await server.read<List<OperatorView>>('/api/v1/operators')).items;
const ask = async (token: string) => {
  const { status, body } = await server.request('GET', '/api/v1/runs', { token });
  return status === 200 ? 'welcome' : `${status} ${body.code}`;
};

/** Log time is what the log has seen: a day goes by without anybody waiting. */
function letDaysPass(days: number): void {
  server.get(LogClock).advance(new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString() as Instant);
}

describe('an operator that is added', () => {
  it('has a token that is good at once, and stands nowhere but in the answer', async () => {
    const { status, body } = await add({ name: 'alice', role: 'viewer', reason: 'new in the team' });
    expect({ status, body }).toEqual({ status: 201, body: { position: expect.stringMatching(/^\d+$/) as string, token: expect.stringMatching(/^kiroku_[\w-]{43}$/) as string } });
    expect(await ask(body.token)).toBe('welcome');
    const log = JSON.stringify(await server.store.events('operator-'), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(log).toContain(hashToken(body.token));
    expect(log).not.toContain(body.token.slice(10, 30));
    expect((await server.store.events('operator-alice'))[0]?.metadata).toMatchObject({ actor: { id: 'admin' }, reason: 'new in the team' });
  });

  it('is known after a restart', async () => {
    const token = await tokenFor(server, 'alice');
    server = await server.restart();
    expect(await ask(token)).toBe('welcome');
  });

  it('again gets a further token, in the same role only', async () => {
    const tokens = [await tokenFor(server, 'alice'), await tokenFor(server, 'alice')];
    expect(await Promise.all(tokens.map(ask))).toEqual(['welcome', 'welcome']);
    expect((await add({ name: 'alice', role: 'admin' })).body).toMatchObject({ status: 409, code: 'operator-exists' });
  });

  it('is told by a repeat that the token was shown, and has no second one', async () => {
    const once = () => add({ name: 'alice', role: 'viewer' }, { 'idempotency-key': 'k1' });
    expect((await once()).status).toBe(201);
    const repeat = await once();
    expect(repeat.body).toMatchObject({ status: 409, code: 'token-already-issued' });
    expect(repeat.text).not.toContain('kiroku_');
    expect((await list()).find(({ name }) => name === 'alice')?.tokens).toHaveLength(1);
  });

  it.each(['admin', 'agent-enrolment'])('is nobody whom the first start has made: %s', async (name) => {
    expect((await add({ name, role: 'admin' })).body).toMatchObject({ status: 409, code: 'name-reserved' });
  });

  it.each<[string, object]>([
    ['a name that is no id', { name: 'a b', role: 'viewer' }], ['no name', { role: 'viewer' }], ['a role that is none', { name: 'a', role: 'enrolment' }],
    ['no role', { name: 'a' }], ['days that are none', { name: 'a', role: 'viewer', expiresInDays: 0 }], ['a key that nobody knows', { name: 'a', role: 'viewer', days: 3 }],
  ])('is described as documented, not with %s', async (_what, body) => {
    expect((await add(body)).body).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

describe('a token with an end', () => {
  it('is 401 from then on, without anything happening', async () => {
    const token = await tokenFor(server, 'alice', { expiresInDays: 2 });
    letDaysPass(1);
    expect(await ask(token)).toBe('welcome');
    letDaysPass(3);
    expect(await ask(token)).toBe('401 token-expired');
    expect(await ask(server.tokenIn('operator.token'))).toBe('welcome');
  });
});

describe('the list', () => {
  it('names everybody with role and tokens, and no hash', async () => {
    const token = await tokenFor(server, 'alice', { role: 'operator', expiresInDays: 1 });
    await ask(token);
    await waitFor('her use is on record', async () => (await list()).at(-1)?.tokens[0]?.lastUse !== undefined, 5_000);
    const { text, body } = await server.request<List<OperatorView>>('GET', '/api/v1/operators');
    expect(body.items.map((item) => operatorView.parse(item)).map(({ name, role }) => [name, role])).toEqual([['admin', 'admin'], ['agent-enrolment', 'enrolment'], ['alice', 'operator']]);
    expect(Object.keys(body.items[2]?.tokens[0] ?? {})).toEqual(['tokenId', 'issuedAt', 'expiresAt', 'lastUse']);
    expect(text).not.toContain(hashToken(token));
  });

  it('comes in pages', async () => {
    const { items, next } = await server.read<List<OperatorView>>('/api/v1/operators?limit=1');
    expect(items.map(({ name }) => name)).toEqual(['admin']);
    expect((await server.read<List<OperatorView>>(`/api/v1/operators?cursor=${next}`)).items.map(({ name }) => name)).toEqual(['agent-enrolment']);
  });
});

describe('revoking', () => {
  it('shuts every token out at once, says why in the log, and stays over a restart', async () => {
    const tokens = [await tokenFor(server, 'alice'), await tokenFor(server, 'alice')];
    expect((await revoke('alice')).status).toBe(200);
    expect(await Promise.all(tokens.map(ask))).toEqual(['401 token-revoked', '401 token-revoked']);
    expect((await server.store.events('operator-alice')).at(-1)).toMatchObject({ type: 'TokenRevoked', metadata: { reason: 'she has left', actor: { id: 'admin' } } });
    server = await server.restart();
    expect(await ask(tokens[0] ?? '')).toBe('401 token-revoked');
  });

  it('twice is revoking once', async () => {
    await tokenFor(server, 'alice');
    const [first, second] = [await revoke('alice'), await revoke('alice')];
    expect(second).toMatchObject({ status: 200, body: first.body });
  });

  it('leaves the name: a further token is good', async () => {
    await tokenFor(server, 'alice');
    await revoke('alice');
    expect(await ask(await tokenFor(server, 'alice'))).toBe('welcome');
  });

  it('takes a reason, and somebody who is there', async () => {
    expect((await server.request('POST', '/api/v1/operators/admin/revoke', { body: {} })).body).toMatchObject({ status: 400, code: 'invalid-request' });
    expect((await revoke('nobody')).body).toMatchObject({ status: 404, code: 'operator-not-found' });
  });

  it('never takes the last admin', async () => {
    expect((await revoke('admin')).body).toMatchObject({ status: 409, code: 'last-admin' });
    const token = await tokenFor(server, 'bob', { role: 'admin', expiresInDays: 1 });
    letDaysPass(2);
    expect((await revoke('admin')).body).toMatchObject({ status: 409, code: 'last-admin' });
    expect(await ask(token)).toBe('401 token-expired');
  });

  it('lets an admin take the first start\'s token, which no later start brings back', async () => {
    const first = server.tokenIn('operator.token');
    const bob = await tokenFor(server, 'bob', { role: 'admin' });
    expect((await revoke('admin', bob)).status).toBe(200);
    expect((await revoke('bob', bob)).body).toMatchObject({ status: 409, code: 'last-admin' });
    server = await server.restart();
    expect([await ask(first), await ask(bob)]).toEqual(['401 token-revoked', 'welcome']);
  });
});
