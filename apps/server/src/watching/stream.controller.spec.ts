import { waitFor } from '../../../../test/support/wait-for.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';
import { restoredTo } from '../../test-support/restored-log.js';
import { StreamReader } from '../../test-support/stream-reader.js';
import { Watchers } from './watchers.js';

let server: ServerUnderTest;
const open: StreamReader[] = [];

async function watch(...how: Parameters<typeof StreamReader.open> extends [unknown, ...infer Rest] ? Rest : never): Promise<StreamReader> {
  const reader = await StreamReader.open(server, ...how);
  open.push(reader);
  return reader;
}

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
});

afterEach(async () => {
  for (const reader of open.splice(0)) reader.leave();
  await closeServers();
});

const last = async () => (await server.events()).at(-1)?.position ?? '';

describe('a watcher of the log', () => {
  it('begins with what comes from now on, and is told where that is', async () => {
    const before = await last();
    const watcher = await watch();
    expect(watcher.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await watcher.block()).toEqual({ id: before, comment: `you see what comes after position ${before}` });
    const runId = await server.startRun();
    const [started] = await watcher.events(1);
    expect(started).toEqual((await server.events(`&stream=run-${runId}`))[0]);
  });

  it('is told when the log was put back behind what it was shown, also when it has grown past that since', async () => {
    const copy = BigInt(await last());
    await server.startRun('S');
    const shown = (await server.events()).at(-1);
    const seen = `?after=${shown?.position}&seen=${shown?.position}:${shown?.id}`;
    expect((await server.request('GET', `/api/v1/stream${seen}`, { headers: { accept: 'application/json' }, token: null })).status).toBe(401);
    const going = await watch(seen);
    expect((await going.block())?.id).toBe(shown?.position);
    server = await restoredTo(server, copy);
    expect((await server.request('GET', `/api/v1/stream${seen}`)).body).toMatchObject({ status: 409, code: 'log-restored' });
    while (BigInt(await last()) <= BigInt(shown?.position ?? '0')) await server.startRun('S');
    expect((await server.request('GET', `/api/v1/stream${seen}`)).body).toMatchObject({ status: 409, code: 'log-restored' });
  });

  it('sees every event as the audit trail has it, with its position as id, and each once', async () => {
    const watcher = await watch('?after=0');
    await watcher.block();
    await server.skip(await server.startRun(), 'A1');
    const all = await server.events();
    const blocks = [];
    while (blocks.length < all.length) blocks.push(await watcher.block());
    expect(blocks).toEqual(all.map((event) => ({ id: event.position, event })));
  });

  it.each(['header', 'query'])('resumes after the position in the %s, without gap or repeat', async (where) => {
    await server.startRun();
    const all = await server.events();
    const from = all[2]!.position;
    const watcher = where === 'query' ? await watch(`?after=${from}`) : await watch('?after=1', { 'last-event-id': from });
    expect(await watcher.events(all.length - 3)).toEqual(all.slice(3));
  });

  it('sees only what its filters let through: type, actor, stream, run, jobnet, job, since', async () => {
    const [a, s] = [await server.startRun('A'), await server.startRun('S')];
    await server.skip(a, 'A1');
    await server.skip(s, 'S1');
    const skipped = (await server.events(`&stream=run-${s}&type=JobSkipped`))[0]!;
    for (const filter of ['type=JobSkipped,RunFinished', 'actor=admin', `stream=run-${a}`, `run=${a},${s}`, 'jobnet=S', 'job=A1', `since=${encodeURIComponent(skipped.at)}`, `run=${s}&type=JobSkipped`]) {
      const expected = await server.events(`&${filter}`);
      expect(expected.length).toBeGreaterThan(0);
      expect(await (await watch(`?after=0&${filter}`)).events(expected.length)).toEqual(expected);
    }
  });

  it('begins with the first event at or after `since` when nothing else says where', async () => {
    const [first] = await server.events();
    expect((await (await watch(`?since=${encodeURIComponent(first!.at)}`)).events(1))[0]).toEqual(first);
  });

  it.each([['?until=2020-01-01T00:00:00Z', {}], ['?types=JobSkipped', {}], ['?type=JobPainted', {}], ['?after=x', {}], ['', { 'last-event-id': 'x' }]])('is refused with %s %j', async (query, headers) => {
    expect(await server.request('GET', `/api/v1/stream${query}`, { headers })).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('sees nothing before the queries do', async () => {
    const watcher = await watch();
    await watcher.block();
    const release = server.store.holdSubscriptions();
    const start = server.startRun();
    const position = await waitFor('the start is in the log', async () => (await server.store.events()).find(({ type }) => type === 'RunStarted')?.position);
    each('wake');
    each('beat');
    expect(await watcher.block()).toMatchObject({ comment: 'still here', id: (position - 1n).toString() });
    release();
    expect((await watcher.events(1))[0]?.position).toBe(position.toString());
    await start;
  });

  it('is told up to where there was nothing for it, so that it need not read that again', async () => {
    const watcher = await watch('?type=RunFinished');
    const begun = await watcher.block();
    await server.startRun();
    const end = await last();
    await waitFor('a beat says the end of the log', async () => {
      each('beat');
      return (await watcher.block())?.id === end;
    });
    expect(begun?.id).not.toBe(end);
  });

  it('is sent away when its token is taken back', async () => {
    const { body: { token } } = await server.request<{ token: string }>('POST', '/api/v1/operators', { body: { name: 'hanako', role: 'viewer' } });
    const watcher = await watch('?type=RunFinished', {}, token);
    await watcher.block();
    await server.request('POST', '/api/v1/operators/hanako/revoke', { body: { reason: 'gone' } });
    expect([await watcher.block(), await watcher.block()]).toEqual([{ comment: 'the token opens this no more' }, undefined]);
  });

  it('is told when the server stops', async () => {
    const watcher = await watch();
    await watcher.block();
    const halted = server.halt();
    expect([await watcher.block(), await watcher.block()]).toEqual([{ comment: 'the server stops' }, undefined]);
    await halted;
  });

  it('is sent away when the log cannot be read, and may resume', async () => {
    const watcher = await watch();
    const from = (await watcher.block())?.id ?? '';
    server.store.unavailable = true;
    each('wake');
    await server.store.log.append('jobnet-B', 'none', (await server.store.events('jobnet-A')).map((event) => ({ ...event, id: '00000000-0000-4000-8000-000000000001', data: { ...(event.data as object), jobnet: 'B' } })));
    expect(await watcher.block()).toEqual({ comment: 'the log cannot be read now' });
    server.store.unavailable = false;
    expect((await (await watch('', { 'last-event-id': from })).events(1))[0]?.stream).toBe('jobnet-B');
  });

  it('finds no room beside 200 others', async () => {
    for (let index = 0; index < 200; index += 1) await watch();
    expect(await server.request('GET', '/api/v1/stream')).toMatchObject({ status: 503, body: { code: 'too-many-watchers' }, headers: { 'retry-after': '1' } });
    open.shift()?.leave();
    await waitFor('one has left', () => server.get(Watchers).count === 199);
    await (await watch()).block();
  });
});

/** What time or the follower would do to every watcher. */
function each(what: 'beat' | 'wake'): void {
  for (const watcher of server.get(Watchers)['watchers']) watcher[what](0);
}
