import { StoreUnavailableError } from '#event-store/event-store.errors';
import { type CommandAnswer, jobnetVersionView, jobnetView, type JobnetVersionView, type JobnetView, type List } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { tokenFor } from '../../test-support/operator-tokens.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
});

afterEach(closeServers);

const say = (verb: 'enable' | 'disable' | 'retire', body: object = {}, headers: Record<string, string> = {}) =>
  server.request<CommandAnswer & { code?: string; detail?: string }>('POST', `/api/v1/jobnets/A/${verb}`, { body: { reason: `why ${verb}`, ...body }, headers });
const start = (headers: Record<string, string> = {}) => server.request<CommandAnswer & { code?: string; detail?: string }>('POST', '/api/v1/jobnets/A/runs', { body: {}, headers });
const apply = (yaml: string) => server.request('PUT', '/api/v1/jobnets/A', { body: yaml });
const shown = async () => jobnetView.parse(await server.read('/api/v1/jobnets/A'));
const listed = async (query = '') => (await server.read<List<JobnetView>>(`/api/v1/jobnets${query}`)).items.map(({ jobnet, state }) => `${jobnet} ${state}`);
const onRecord = () => server.store.typesOn('jobnet-A');
const REVISED = CHAIN.replace('./extract.sh', './extract-2.sh');

describe('a disabled jobnet', () => {
  it('starts no run; the refusal names the state, whose order it is, what would help, and is on record', async () => {
    expect((await say('disable', { ticket: 'OPS-7' })).status).toBe(200);
    const { status, body } = await start();
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'jobnet-disabled' });
    expect(body.detail).toMatch(/^no run of A can be started: it is disabled since \S+ by admin \(why disable, OPS-7\); enabled, it runs again$/);
    expect(await server.store.typesOn('run-')).toEqual([]);
    const refusals = await waitFor('it is on record', async () => {
      const events = await server.events('&type=CommandRefused');
      return events.length > 0 && events;
    }, 5_000);
    expect(refusals).toMatchObject([{ actor: { id: 'admin' }, data: { path: '/api/v1/jobnets/A/runs', status: 409, code: 'jobnet-disabled' } }]);
  });

  it('leaves the runs alone that go on: they come to their end', async () => {
    const agent = await ScriptedAgent.connected(server);
    const runId = await server.startRun();
    await say('disable');
    await agent.execute('A1', 0, runId);
    await agent.execute('A2', 0, runId);
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('may be revised, and starts with that version once it is enabled', async () => {
    await say('disable');
    expect((await apply(REVISED)).status).toBe(200);
    expect(await shown()).toMatchObject({ version: 2, state: 'disabled' });
    expect((await say('enable')).status).toBe(200);
    expect((await server.run(await server.startRun())).version).toBe(2);
    expect(await onRecord()).toEqual(['JobnetDefined', 'JobnetDisabled', 'JobnetRevised', 'JobnetEnabled']);
  });

  it('is shown so, with whose order it is, also after a restart', async () => {
    const before = await shown();
    expect(before).toMatchObject({ state: 'enabled', revision: 0 });
    expect(before).not.toHaveProperty('closed');
    await say('disable');
    server = await server.restart();
    const { definedAt } = before;
    expect(await shown()).toMatchObject({ state: 'disabled', revision: 1, definedAt, closed: { since: expect.any(String) as string, by: { kind: 'operator', id: 'admin' }, reason: 'why disable' } });
    expect((await start()).status).toBe(409);
  });
});

describe('a start', () => {
  it('that came before a disable was answered and is decided after it is refused', async () => {
    const key = { 'idempotency-key': 'nightly' };
    let fail = (_: Error): void => undefined;
    server.store.beforeNextAppend(() => new Promise((_, reject) => { fail = reject; }));
    const first = start(key);
    await waitFor('the first one is decided', () => server.store.asked.some(({ stream }) => stream.startsWith('run-')), 5_000);
    const second = start(key);
    await server.read('/api/v1/runs');
    expect((await say('disable')).status).toBe(200);
    fail(new StoreUnavailableError('the disk is full'));
    expect([(await first).status, (await second).status]).toEqual([503, 409]);
    expect(await server.store.typesOn('run-')).toEqual([]);
  });

  it('that is sent again under its key is answered as the first time, whatever the jobnet is now', async () => {
    const key = { 'idempotency-key': 'nightly' };
    const first = await start(key);
    await say('disable');
    expect(await start(key)).toMatchObject({ status: 201, body: first.body });
    expect((await start()).status).toBe(409);
  });
});

describe('a retired jobnet', () => {
  it('is out of the lists, and there for who asks', async () => {
    await server.define(SINGLE);
    await server.define(SINGLE.replace('jobnet: S', 'jobnet: T'));
    await say('retire');
    await server.request('POST', '/api/v1/jobnets/T/disable', { body: { reason: 'r' } });
    expect(await listed()).toEqual(['S enabled', 'T disabled']);
    expect(await listed('?state=retired')).toEqual(['A retired']);
    expect(await listed('?state=enabled,disabled,retired')).toEqual(['A retired', 'S enabled', 'T disabled']);
    expect(await listed('?state=disabled')).toEqual(['T disabled']);
    expect((await server.request('GET', '/api/v1/jobnets?state=gone')).body).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('breaks no page that began before', async () => {
    await server.define(SINGLE);
    expect(await server.read<List<JobnetView>>('/api/v1/jobnets?limit=1')).toMatchObject({ next: 'A' });
    await say('retire');
    expect(await listed('?limit=1&cursor=A')).toEqual(['S enabled']);
  });

  it('keeps its history: itself, its versions and its runs stay readable', async () => {
    const runId = await server.startRun();
    await say('retire');
    expect(await shown()).toMatchObject({ state: 'retired', closed: { reason: 'why retire' } });
    expect((await server.read<List<JobnetVersionView>>('/api/v1/jobnets/A/versions')).items).toHaveLength(1);
    expect((await server.run(runId)).jobnet).toBe('A');
  });

  it('takes neither run, nor definition, nor disable; enabled it takes them again', async () => {
    await say('retire');
    const refused = [await start(), await apply(REVISED), await apply(CHAIN), await say('disable')];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(refused.map(() => [409, 'jobnet-retired']));
    expect((await apply(REVISED)).body.detail).toMatch(/^A takes no definition: it is retired since \S+ by admin \(why retire\); enabled, it takes one again$/);
    expect((await server.request('POST', '/api/v1/jobnets/A/enable')).status).toBe(200);
    expect([(await apply(REVISED)).status, (await start()).status]).toEqual([200, 201]);
    expect(await listed()).toEqual(['A enabled']);
  });
});

describe('each of the words', () => {
  it.each(['disable', 'retire'] as const)('is recorded once, however often it is said: %s', async (verb) => {
    const [first, second] = [await say(verb), await say(verb)];
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(await onRecord()).toHaveLength(2);
    expect(first.body.position).toBe((await server.store.events('jobnet-A')).at(-1)?.position.toString());
  });

  it('under its key does nothing after later changes, and answers its first position', async () => {
    const key = { 'idempotency-key': 'freeze' };
    const first = await say('disable', {}, key);
    await say('enable');
    expect((await say('disable', {}, key)).body).toEqual(first.body);
    expect((await shown()).state).toBe('enabled');
  });

  it('is refused when the jobnet is not as it was seen', async () => {
    for (const expect_ of [{ version: 2 }, { state: 'disabled' }]) expect((await say('disable', { expect: expect_ })).body).toMatchObject({ status: 409, code: 'not-as-expected' });
    expect((await say('disable', { expect: { version: 1, state: 'enabled' } })).status).toBe(200);
  });

  it('wants a reason where it takes something away, and a jobnet that is there', async () => {
    for (const verb of ['disable', 'retire'] as const) expect((await say(verb, { reason: ' ' })).body).toMatchObject({ status: 400, code: 'invalid-request' });
    expect((await say('disable', { expect: { state: 'gone' } })).status).toBe(400);
    for (const verb of ['enable', 'disable', 'retire']) {
      expect((await server.request('POST', `/api/v1/jobnets/nobody/${verb}`, { body: { reason: 'r' } })).body).toMatchObject({ status: 404, code: 'jobnet-not-found' });
    }
  });

  it('is an operator\'s; a viewer is refused, on record', async () => {
    const [viewer, operator] = [await tokenFor(server, 'vera'), await tokenFor(server, 'otto', { role: 'operator' })];
    for (const verb of ['disable', 'retire', 'enable']) {
      expect((await server.request('POST', `/api/v1/jobnets/A/${verb}`, { body: { reason: 'r' }, token: viewer })).body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    const refusals = await waitFor('they are on record', async () => {
      const events = await server.store.events('refusals-vera');
      return events.length === 3 && events;
    }, 5_000);
    expect(refusals.map(({ data }) => (data as { path: string }).path)).toEqual(['disable', 'retire', 'enable'].map((verb) => `/api/v1/jobnets/A/${verb}`));
    expect((await server.request('POST', '/api/v1/jobnets/A/disable', { body: { reason: 'r' }, token: operator })).status).toBe(200);
    expect((await shown()).closed?.by.id).toBe('otto');
  });
});

describe('the versions of a jobnet', () => {
  it('are all of them, oldest first, page by page, with who defined them when', async () => {
    await apply(REVISED);
    await say('disable');
    await apply(CHAIN);
    const { items } = await server.read<List<JobnetVersionView>>('/api/v1/jobnets/A/versions');
    expect(items.map((item) => jobnetVersionView.parse(item)).map(({ version, definition, actor }) => [version, definition.jobs[0]?.command, actor.id])).toEqual([
      [1, './extract.sh', 'admin'], [2, './extract-2.sh', 'admin'], [3, './extract.sh', 'admin'],
    ]);
    const page = await server.read<List<JobnetVersionView>>('/api/v1/jobnets/A/versions?limit=2');
    expect(page.next).toBe('2');
    expect((await server.read<List<JobnetVersionView>>('/api/v1/jobnets/A/versions?limit=2&cursor=2')).items).toEqual(items.slice(2));
    expect(await server.read('/api/v1/jobnets/A/versions/2')).toEqual(items[1]);
  });

  it.each([['nobody/versions', 'jobnet-not-found'], ['nobody/versions/1', 'jobnet-not-found'], ['A/versions/2', 'version-not-found'], ['A/versions/one', 'version-not-found']])('that are not there are 404: %s', async (path, code) => {
    expect((await server.request('GET', `/api/v1/jobnets/${path}`)).body).toMatchObject({ status: 404, code });
  });
});
