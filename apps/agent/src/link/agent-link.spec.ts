import { hello } from '#protocol/agent-link';
import { FakeServer, refusal } from '../../test-support/fake-server.js';
import { executionOf, HURRIED, KeptAgent, NEVER_MS } from '../../test-support/kept-agent.js';
import { waitUntil } from '../../test-support/wait-until.js';
import { AgentLink } from './agent-link.js';
import { Credential } from './credential.js';
import { OutputSender } from '../outputs/output-sender.js';
import { ReportSender } from './report-sender.js';

/** A session is lasting as soon as it is open, so that a test need not wait for it. */
const PACE = { ...HURRIED, heartbeatMs: 20, deadAfterMs: NEVER_MS, lastingMs: 0 };

let agent: KeptAgent;
let servers: FakeServer[];
let credential: Credential;
let stop: AbortController;
let connections: string[];
const ending: (() => Promise<void>)[] = [];

beforeEach(async () => {
  agent = await KeptAgent.open();
  servers = [await FakeServer.start(), await FakeServer.start()];
  credential = new Credential(agent.dataDir);
  stop = new AbortController();
  connections = [];
});

afterEach(async () => {
  stop.abort();
  for (const end of ending.splice(0)) await end();
  await Promise.all(servers.map((server) => server.stop()));
  await agent.remove();
});

function link(urls: string[], { token, pace = PACE }: { token?: string; pace?: typeof PACE } = {}): void {
  const sender = new ReportSender(agent.keeper, agent.log, pace);
  agent.onReport = () => sender.nudge();
  const options = { name: 'local', servers: urls, data: agent.dataDir, slots: 4, token };
  const made = new AgentLink(options, { version: '1.2.3', bootId: 'boot' }, agent.keeper, sender, new OutputSender(agent.keeper, agent.log), credential, agent.log, pace);
  const running = made.run(stop.signal, (url) => void connections.push(url));
  ending.push(async () => {
    await running;
    await made.close();
  });
}

const first = () => servers[0]!;
const second = () => servers[1]!;
const connected = (times: number) => waitUntil(`connected ${times} times`, () => connections.length >= times);

describe('a hello', () => {
  it('carries who the agent is and what its journal says', async () => {
    const [name] = await agent.declineSome(1, 12);
    const before = agent.keeper.hello();
    link([first().url], { token: 'enrolment' });
    await connected(1);
    expect(first().hellos[0]).toMatchObject({
      url: '/api/v1/agents/local/sessions',
      body: { version: '1.2.3', bootId: 'boot', slots: 4, pid: process.pid, journalId: before.journalId, journalSequence: before.journalSequence + 1, servedUpTo: '12', inventory: [name] },
    });
    const { process: self, openedBy } = hello.parse(first().hellos[0]?.body);
    expect(openedBy).toEqual([self?.id]);
    expect(first().hellos[0]?.body).not.toHaveProperty('receipt');
    expect(first().hellos[0]?.body).not.toHaveProperty('previousSession');
  });

  it('names the session before, and the newest receipt, the next time', async () => {
    await agent.declineSome(1);
    link([first().url], { token: 'enrolment' });
    await waitUntil('it is forgotten', () => agent.keeper.hello().inventory.length === 0);
    first().streams[0]?.end();
    await connected(2);
    expect(first().hellos[1]?.body).toMatchObject({ previousSession: 1, receipt: { position: '7', eventId: 'event-7' }, inventory: [] });
    expect(first().hellos[1]?.body.helloId).not.toBe(first().hellos[0]?.body.helloId);
    expect(first().hellos[1]?.body.journalId).toBe(first().hellos[0]?.body.journalId);
  });
});

describe('the number of a hello', () => {
  it('rises with each one that its process says', async () => {
    link([first().url], { token: 'enrolment' });
    await connected(1);
    first().streams[0]?.end();
    await connected(2);
    const [one, other] = first().hellos.map(({ body }) => body.process);
    expect([one?.hello, other?.hello]).toEqual([1, 2]);
    expect(other).toMatchObject({ id: one?.id, started: one?.started });
  });

  it('begins anew, as that of a later process, when the server says that it was overtaken: who can still speak is the newest', async () => {
    const accepted = { status: 201, body: { session: 1, server: 'fake', credential: 'secret' } };
    first().onHello = () => (first().hellos.length === 1 ? refusal(409, 'session-over') : accepted);
    link([first().url], { token: 'enrolment' });
    await connected(1);
    const [overtaken, now] = first().hellos.map(({ body }) => body.process);
    expect(now?.id).not.toBe(overtaken?.id);
    expect(now?.hello).toBe(1);
    expect(now?.started).toBeGreaterThanOrEqual(overtaken?.started ?? Infinity);
  });
});

describe('the token that enrols', () => {
  const enrolling = (server: FakeServer) => {
    server.onHello = (_hello, token) => {
      if (token === 'secret') return { status: 201, body: { session: 2, server: 'fake' } };
      return token === 'enrolment' ? { status: 201, body: { session: 1, server: 'fake', credential: 'secret' } } : refusal(401, 'token-unknown');
    };
  };
  const tokens = () => first().hellos.map(({ token }) => token);

  it('is shown once: from then on the agent\'s own credential counts', async () => {
    enrolling(first());
    link([first().url], { token: 'enrolment' });
    await connected(1);
    first().streams[0]?.end();
    await connected(2);
    expect(tokens()).toEqual(['enrolment', 'secret']);
    expect(first().streams[0]?.req.headers.authorization).toBe('Bearer secret');
    expect(new Credential(agent.dataDir).value).toBe('secret');
  });

  it('is not shown while the credential is known', async () => {
    enrolling(first());
    await credential.keep('secret');
    link([first().url], { token: 'enrolment' });
    await connected(1);
    expect(tokens()).toEqual(['secret']);
  });

  it('is shown again when the server does not know the credential (401)', async () => {
    enrolling(first());
    await credential.keep('of another log');
    link([first().url], { token: 'enrolment' });
    await connected(1);
    expect(tokens()).toEqual(['of another log', 'enrolment']);
    expect(credential.value).toBe('secret');
  });

  it.each<[string, number]>([['forbidden', 403], ['agent-name-in-use', 409], ['internal-error', 500], ['store-unavailable', 503]])('is kept back after any other refusal: %s', async (code, status) => {
    await credential.keep('secret');
    first().onHello = () => refusal(status, code);
    link([first().url], { token: 'enrolment' });
    await waitUntil('it tried three times', () => first().hellos.length >= 3);
    expect(new Set(tokens())).toEqual(new Set(['secret']));
  });

  it('need not be there: then a server that knows nobody is asked again and again', async () => {
    first().onHello = () => refusal(401, 'token-missing');
    link([first().url]);
    await waitUntil('it tried three times', () => first().hellos.length >= 3);
    expect(new Set(tokens())).toEqual(new Set([undefined]));
    expect(connections).toEqual([]);
  });
});

describe('of several servers', () => {
  it('the next one is tried when one is away', async () => {
    await first().stop();
    link(['http://127.0.0.1:1', second().url], { token: 'enrolment' });
    await connected(1);
    expect(connections).toEqual([second().url]);
  });

  it.each<[string, (server: FakeServer) => void]>([
    ['answers HTML', (server) => { server.onHello = () => ({ status: 200, body: '<html>' }); }],
    ['refuses', (server) => { server.onHello = () => refusal(503, 'store-unavailable'); }],
    ['refuses its stream', (server) => { server.onStream = (response) => void response.writeHead(404).end(); }],
  ])('the next one is tried when one %s', async (_what, spoil) => {
    spoil(first());
    link([first().url, second().url], { token: 'enrolment' });
    await connected(1);
    expect(connections).toEqual([second().url]);
  });

  it('the one that works keeps the agent, and is tried first when its session ends', async () => {
    link([first().url, second().url], { token: 'enrolment' });
    for (let time = 1; time <= 3; time += 1) {
      await connected(time);
      first().streams.at(-1)?.end();
    }
    await connected(4);
    expect(connections).toEqual(Array(4).fill(first().url));
    expect(second().hellos).toEqual([]);
  });

  it.each<[string, number, (server: FakeServer) => void]>([
    ['fell silent: it may hang, and would take a hello without ever answering it', HURRIED.deadAfterMs, () => undefined],
    ['asked the agent to go elsewhere', NEVER_MS, (server) => server.send({ kind: 'leave', session: 1, reason: 'others did not hear of it' })],
  ])('the next one is tried first when the one %s', async (_what, deadAfterMs, end) => {
    link([first().url, second().url], { token: 'enrolment', pace: { ...PACE, deadAfterMs } });
    await connected(1);
    first().onHello = () => undefined;
    const beats = setInterval(() => second().say(': still here\n\n'), 20);
    end(first());
    await connected(2);
    clearInterval(beats);
    expect(connections).toEqual([first().url, second().url]);
    expect([first(), second()].map(({ hellos }) => hellos.length)).toEqual([1, 1]);
  });

  it('the only one is tried again after whatever end', async () => {
    link([first().url], { token: 'enrolment' });
    for (let time = 1; time <= 3; time += 1) {
      await connected(time);
      first().send({ kind: 'leave', session: time, reason: 'others did not hear of it' });
    }
    await connected(4);
  });

  it('the other takes over when the one dies, and results that it did not acknowledge arrive there', async () => {
    first().onReports = ({ reports }) => (reports.length === 0 ? { status: 200, body: { acknowledged: [] } } : undefined);
    link([first().url, second().url], { token: 'enrolment' });
    await connected(1);
    await agent.declineSome(1);
    await waitUntil('the first one got it', () => first().reports.length > 0);
    await first().stop();
    await connected(2);
    await waitUntil('the second one got it', () => second().reports.length > 0);
    expect(second().reports[0]).toMatchObject({ executionId: executionOf(1) });
    await waitUntil('it is forgotten', () => agent.keeper.hello().inventory.length === 0);
  });

  it('one that lets everybody in and throws them out again is left for the next', async () => {
    first().onStream = (response) => void response.writeHead(200).end();
    link([first().url, second().url], { token: 'enrolment', pace: { ...PACE, lastingMs: NEVER_MS } });
    await waitUntil('the second one has it', () => connections.includes(second().url));
    expect(connections.filter((url) => url === first().url)).toHaveLength(1);
  });
});

describe('a try that comes to nothing', () => {
  it('is followed by longer and longer pauses, also when every session is thrown out at once', async () => {
    first().onReports = () => refusal(500, 'internal-error');
    const begun = performance.now();
    link([first().url], { token: 'enrolment', pace: { ...PACE, firstPauseMs: 10, longestPauseMs: 160, lastingMs: NEVER_MS } });
    await connected(7);
    expect(performance.now() - begun).toBeGreaterThan((20 + 40 + 80 + 160 + 160 + 160) / 2);
  });

  it('is told once for each server, however often it is tried', async () => {
    first().onHello = () => refusal(503, 'store-unavailable');
    second().onHello = () => ({ status: 200, body: '<html>' });
    link([first().url, second().url], { token: 'enrolment' });
    await waitUntil('both were tried often', () => first().hellos.length > 5 && second().hellos.length > 5);
    expect(agent.logs('no contact')).toEqual([
      { server: first().url, trouble: 'refused as store-unavailable' },
      { server: second().url, trouble: expect.stringContaining('something else') as string },
    ]);
  });

  it('is told again when it is another one, or comes after a time of contact', async () => {
    first().onHello = () => refusal(503, 'store-unavailable');
    link([first().url], { token: 'enrolment' });
    await waitUntil('it was told', () => agent.logs('no contact').length === 1);
    first().onHello = () => refusal(403, 'forbidden');
    await waitUntil('it was told', () => agent.logs('no contact').length === 2);
    first().onHello = () => ({ status: 201, body: { session: 1, server: 'fake' } });
    await connected(1);
    first().onHello = () => refusal(403, 'forbidden');
    first().streams.at(-1)?.end();
    await waitUntil('it was told', () => agent.logs('no contact').length >= 4);
    expect(agent.logs('no contact').map(({ trouble }) => trouble)).toEqual(
      ['refused as store-unavailable', 'refused as forbidden', 'the server ended the connection', 'refused as forbidden']);
  });

  it('is told each time when it ends a lasting contact', async () => {
    link([first().url], { token: 'enrolment' });
    for (let time = 1; time <= 3; time += 1) {
      await connected(time);
      first().streams.at(-1)?.end();
      await waitUntil('it was told', () => agent.logs('no contact').length === time);
    }
  });

  it('keeps nobody from stopping', async () => {
    first().onHello = () => refusal(503, 'store-unavailable');
    link([first().url], { token: 'enrolment', pace: { ...PACE, firstPauseMs: NEVER_MS, longestPauseMs: NEVER_MS } });
    await waitUntil('it was told', () => agent.logs('no contact').length === 1);
    stop.abort();
    for (const end of ending.splice(0)) await end();
  });
});
