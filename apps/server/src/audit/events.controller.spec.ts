import { eventView, type EventView, type List } from '#protocol/api';
import { finished, ScriptedAgent } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let [a, s] = ['', ''];

beforeAll(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
  const agent = await ScriptedAgent.connected(server);
  a = await server.startRun('A');
  s = await server.startRun('S');
  await agent.execute('A1', 0, a);
  await agent.report(finished((await agent.dispatchOf('S1', s)).spec, 3));
  await server.request('POST', `/api/v1/runs/${s}/jobs/S1/skip`, { body: { reason: 'checked by hand', ticket: 'T-7' } });
});

afterAll(closeServers);

const types = (events: readonly EventView[]) => events.map(({ type }) => type);

describe('the audit trail', () => {
  it('is the whole log, oldest first, in its public form', async () => {
    const events = await server.events();
    expect(events.map((event) => eventView.parse(event).position)).toEqual((await server.store.events()).map(({ position }) => position.toString()));
  });

  it('says of a command who gave it, with which token, why, and under which ticket', async () => {
    const [skipped] = await server.events('&type=JobSkipped');
    expect(skipped).toMatchObject({
      stream: `run-${s}`, actor: { kind: 'operator', id: 'admin', tokenId: expect.stringMatching(/^[0-9a-f]{12}$/) as string }, reason: 'checked by hand', ticket: 'T-7',
      data: { jobId: 'S1' },
    });
    const [started] = await server.events('&type=RunStarted');
    expect(started).toMatchObject({ actor: { kind: 'operator', id: 'admin' }, reason: 'a test' });
    const [defined] = await server.events('&type=JobnetDefined');
    expect(defined?.actor).toEqual(skipped?.actor);
  });

  it('says of an agent\'s fact which agent told it, and of the server\'s own which server', async () => {
    expect(new Set((await server.events('&type=JobFinished')).map(({ actor }) => `${actor.kind} ${actor.id}`))).toEqual(new Set(['agent local']));
    const [serverStarted] = await server.events('&type=ServerStarted');
    expect(serverStarted?.actor.kind).toBe('server');
  });

  it('is filtered by type, stream, actor, jobnet and job, one value or several', async () => {
    expect(types(await server.events('&type=JobFinished,JobSkipped'))).toEqual(['JobFinished', 'JobFinished', 'JobSkipped']);
    expect(types(await server.events(`&stream=run-${s}`))).toEqual(['RunStarted', 'JobDispatched', 'JobFinished', 'JobSkipped', 'RunFinished']);
    expect(new Set((await server.events('&actor=local')).map(({ actor }) => actor.id))).toEqual(new Set(['local']));
    expect(new Set((await server.events('&jobnet=S')).map(({ stream }) => stream))).toEqual(new Set(['jobnet-S', `run-${s}`]));
    expect(types(await server.events(`&run=${s}`))).toEqual(types(await server.events(`&stream=run-${s}`)));
    expect(new Set((await server.events(`&run=${a},${s}`)).map(({ stream }) => stream))).toEqual(new Set([`run-${a}`, `run-${s}`]));
    expect(await server.events(`&run=${s.slice(0, -1)}`)).toEqual([]);
    expect(types(await server.events('&job=S1'))).toEqual(['JobDispatched', 'JobFinished', 'JobSkipped']);
    expect(types(await server.events('&jobnet=A,S&type=JobFinished&actor=local,admin'))).toEqual(['JobFinished', 'JobFinished']);
    expect(await server.events('&type=JobLost')).toEqual([]);
    expect(await server.request('GET', '/api/v1/events?type=JobPainted')).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('takes whole stream names: what only begins like one is another stream', async () => {
    expect(await server.events(`&stream=run-${s.slice(0, -1)}`)).toEqual([]);
  });

  it('is filtered by time: since is inclusive, until is not', async () => {
    const [skipped] = await server.events('&type=JobSkipped');
    const at = encodeURIComponent(skipped?.at ?? '');
    expect(types(await server.events(`&type=JobSkipped&since=${at}`))).toEqual(['JobSkipped']);
    expect(await server.events(`&type=JobSkipped&until=${at}`)).toEqual([]);
    expect(await server.events('&until=2020-01-01T00:00:00Z')).toEqual([]);
    const elsewhere = encodeURIComponent(new Date(Date.parse(skipped?.at ?? '') + 9 * 3_600_000).toISOString().replace('Z', '+09:00'));
    expect(types(await server.events(`&type=JobSkipped&since=${elsewhere}`))).toEqual(['JobSkipped']);
  });

  it('goes on after a position, exclusive', async () => {
    const [first, second] = await server.events();
    expect((await server.events(`&after=${first?.position}`))[0]).toEqual(second);
  });

  it('is paged without gap or double, also through a filter', async () => {
    for (const filter of ['', '&type=JobFinished,JobDispatched']) {
      const seen: EventView[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const page: List<EventView> = await server.read(`/api/v1/events?limit=2${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items);
        cursor = page.next;
      }
      expect(seen).toEqual(await server.events(filter));
    }
  });

  it('of one run is that run\'s own log', async () => {
    const { items } = await server.read<List<EventView>>(`/api/v1/runs/${a}/events`);
    expect(types(items)).toEqual(['RunStarted', 'JobDispatched', 'JobFinished', 'JobDispatched']);
    expect(types((await server.read<List<EventView>>(`/api/v1/runs/${a}/events?stream=run-${s}&job=A2`)).items)).toEqual(['JobDispatched']);
  });

  it('is exported whole as NDJSON, one event a line', async () => {
    const accept = { headers: { accept: 'application/x-ndjson' } };
    const { headers, text } = await server.request('GET', '/api/v1/events', accept);
    expect(String(headers['content-type'])).toMatch(/^application\/x-ndjson/);
    expect(text.endsWith('\n')).toBe(true);
    expect(text.trimEnd().split('\n').map((line) => JSON.parse(line) as EventView)).toEqual(await server.events());
    expect((await server.request('GET', '/api/v1/events?limit=2', accept)).text.trimEnd().split('\n')).toHaveLength(2);
  });

  it('is exported whole as CSV, quoted, with nothing that a spreadsheet would run', async () => {
    await server.request('POST', `/api/v1/runs/${a}/hold`, { body: { reason: '=1+1, said "she"\r\nand\tleft', ticket: '-7' } });
    const { headers, text } = await server.request('GET', '/api/v1/events?type=JobSkipped,RunHeld', { headers: { accept: 'text/csv' } });
    expect(String(headers['content-type'])).toMatch(/^text\/csv/);
    const [heading, skipped, held, end] = text.split(/\r\n(?=position|\d|$)/);
    expect(heading).toBe('position,at,stream,revision,type,schemaVersion,actorKind,actorId,tokenId,reason,ticket,id,commandId,correlationId,causationId,data');
    expect(skipped).toMatch(new RegExp(`^\\d+,[^,]+,run-${s},\\d+,JobSkipped,1,operator,admin,[0-9a-f]{12},checked by hand,T-7,.*,"\\{""jobId"":""S1""\\}"$`));
    expect(held).toContain(`,"'=1+1, said ""she""\r\nand\tleft",'-7,`);
    expect(end).toBe('');
    expect((await server.request('GET', '/api/v1/events?limit=2', { headers: { accept: 'text/csv' } })).text.trimEnd().split('\r\n')).toHaveLength(3);
  });
});
