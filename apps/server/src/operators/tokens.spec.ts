import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { waitFor } from '../../../../test/support/wait-for.js';
import { hashToken } from './token.js';

const FILES = ['operator.token', 'agent.token'] as const;

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
});

afterEach(closeServers);

async function logText(): Promise<string> {
  return JSON.stringify(await server.store.events(), (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

const uses = async () => (await server.store.typesOn('operator-admin')).filter((type) => type === 'TokenUsed').length;

describe('the first start', () => {
  it.each(FILES)('makes %s, for nobody else to read', (name) => {
    expect(statSync(join(server.data, name)).mode & 0o777).toBe(0o600);
    expect(server.tokenIn(name)).toMatch(/^kiroku_[\w-]{43}$/);
  });

  it('puts principals and tokens on record: hashes, and nowhere a token', async () => {
    expect(await server.store.typesOn('operator-admin')).toEqual(['OperatorAdded', 'TokenIssued']);
    expect(await server.store.typesOn('operator-agent-enrolment')).toEqual(['OperatorAdded', 'TokenIssued']);
    await server.events();
    await waitFor('the use is on record', async () => (await uses()) === 1, 5_000);
    const log = await logText();
    for (const name of FILES) {
      expect(log).toContain(hashToken(server.tokenIn(name)));
      expect(log).not.toContain(server.tokenIn(name).slice('kiroku_'.length, 30));
    }
  });
});

describe('a later start', () => {
  it('uses the tokens that are there, and issues none', async () => {
    const tokens = FILES.map((name) => server.tokenIn(name));
    server = await server.restart();
    expect(FILES.map((name) => server.tokenIn(name))).toEqual(tokens);
    expect((await server.request('GET', '/api/v1/runs')).status).toBe(200);
    expect((await server.store.typesOn('operator-')).filter((type) => type === 'TokenIssued')).toHaveLength(2);
  });

  it('makes another token where the file is gone or empty, on record', async () => {
    await server.halt();
    rmSync(join(server.data, 'operator.token'));
    writeFileSync(join(server.data, 'agent.token'), '');
    server = await ServerUnderTest.start(server.store, server.data);
    expect((await server.store.typesOn('operator-')).filter((type) => type === 'TokenIssued')).toHaveLength(4);
    expect((await server.request('GET', '/api/v1/runs')).status).toBe(200);
    expect((await server.store.typesOn('operator-admin')).filter((type) => type === 'OperatorAdded')).toHaveLength(1);
  });

  it('puts on record a token that somebody wrote into the file', async () => {
    await server.halt();
    writeFileSync(join(server.data, 'operator.token'), 'my-own-token\n');
    server = await ServerUnderTest.start(server.store, server.data);
    expect((await server.request('GET', '/api/v1/runs', { token: 'my-own-token' })).status).toBe(200);
  });
});

describe('the use of a token', () => {
  it('is on record once in a server\'s life', async () => {
    for (let count = 0; count < 5; count += 1) await server.events();
    await waitFor('the use is on record', async () => (await uses()) === 1, 5_000);
    await server.events();
    expect(await uses()).toBe(1);
  });

  it('that could not be recorded refuses nobody, and is recorded with the next', async () => {
    const refuse = server.store.refuseAppends('operator-');
    expect((await server.request('GET', '/api/v1/runs')).status).toBe(200);
    refuse();
    await waitFor('a later use is on record', async () => {
      await server.request('GET', '/api/v1/runs');
      return (await uses()) === 1;
    }, 5_000);
  });

  it('that is refused is none', async () => {
    await server.request('GET', '/api/v1/runs', { token: 'wrong' });
    await server.request('GET', '/api/v1/runs', { token: server.tokenIn('agent.token') });
    expect((await server.store.typesOn('operator-')).filter((type) => type === 'TokenUsed')).toEqual([]);
  });
});
