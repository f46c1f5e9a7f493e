import { FakeServer, problem } from '../testing/fake-server.js';
import { cli as run, inProcess } from '../testing/in-process.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const cli = (...args: string[]) => run(args, inProcess({ env: { KIROKU_URL: server.url, KIROKU_TOKEN: 't' } }));

describe('operator add', () => {
  it('prints the token alone, and what to do with it beside', async () => {
    server.on('POST /operators', { status: 201, body: { position: '7', token: 'kiroku_abc' } });
    const { code, stdout, stderr } = await cli('operator', 'add', 'alice', '--role', 'viewer');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'kiroku_abc\n', stderr: 'kiroku: this is shown once: hand it to alice, who sets KIROKU_TOKEN to it\n' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ name: 'alice', role: 'viewer' });
    expect(server.seen[0]!.headers['idempotency-key']).toBeDefined();
  });

  it('sends when it ends, why, and the key', async () => {
    server.on('POST /operators', { status: 201, body: { position: '7', token: 'kiroku_abc' } });
    const { stdout } = await cli('operator', 'add', 'bob', '--role', 'admin', '--expires-in-days', '30', '--reason', 'on duty', '--ticket', 'T-1', '--idempotency-key', 'k', '--json');
    expect(stdout).toBe('{"position":"7","token":"kiroku_abc"}\n');
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ name: 'bob', role: 'admin', expiresInDays: 30, reason: 'on duty', ticket: 'T-1' });
    expect(server.seen[0]!.headers['idempotency-key']).toBe('k');
  });

  it('says why it was refused, and prints no token', async () => {
    server.on('POST /operators', problem(403, 'forbidden', 'this needs the role admin'));
    expect(await cli('operator', 'add', 'alice', '--role', 'viewer')).toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: this needs the role admin (forbidden)\n' });
  });

  it.each([
    ['no role', ['alice']], ['a role that is none', ['alice', '--role', 'king']], ['no name', ['--role', 'viewer']],
    ['no days', ['alice', '--role', 'viewer', '--expires-in-days', '0']], ['half a day', ['alice', '--role', 'viewer', '--expires-in-days', '0.5']],
  ])('is wrong usage with %s', async (_what, args) => {
    expect(await cli('operator', 'add', ...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^kiroku: /) as string });
    expect(server.seen).toEqual([]);
  });
});

describe('operator list', () => {
  const token = (tokenId: string, more: object = {}) => ({ tokenId, issuedAt: '2026-11-01T08:00:00.000Z', ...more });

  it('shows a row for each token, and whether it is still good', async () => {
    const items = [
      { name: 'admin', role: 'admin', tokens: [token('a1', { lastUse: '2026-11-19T08:00:00.000Z' })] },
      { name: 'alice', role: 'viewer', tokens: [token('b1', { revokedAt: '2026-11-02T08:00:00.000Z' }), token('b2', { expiresAt: '2026-11-03T08:00:00.000Z' }), token('b3', { expiresAt: '2027-11-03T08:00:00.000Z' })] },
    ];
    server.on('GET /operators', { body: { items } });
    const { code, stdout } = await cli('operator', 'list');
    const [heading, ...rows] = stdout.trimEnd().split('\n');
    expect({ code, heading }).toEqual({ code: 0, heading: expect.stringMatching(/^OPERATOR +ROLE +TOKEN +ISSUED +STATE +LAST USE$/) as string });
    expect(rows.map((row) => row.split(/ {2,}/)).map(([name, role, id, , state]) => `${name} ${role} ${id} ${state?.replace(/ [\d-]+ [\d:]+$/, '')}`))
      .toEqual(['admin admin a1 good', 'alice viewer b1 revoked', 'alice viewer b2 expired', 'alice viewer b3 good until']);
  });

  it('prints what the API answered with --json', async () => {
    server.on('GET /operators', { body: { items: [] } });
    expect(await cli('operator', 'list', '--json')).toMatchObject({ code: 0, stdout: '{"items":[]}\n' });
  });
});

describe('operator revoke', () => {
  it('sends the reason, and says how it stands', async () => {
    server.on('POST /operators/alice/revoke', { body: { position: '9' } });
    expect(await cli('operator', 'revoke', 'alice', '--reason', 'left')).toMatchObject({ code: 0, stdout: 'operator alice has no token any more that opens anything (position 9)\n' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ reason: 'left' });
  });

  it('is wrong usage without a reason where no person sits', async () => {
    expect(await cli('operator', 'revoke', 'alice')).toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
  });
});
