import type { Report } from '#protocol/agent-link';
import { acknowledging, FakeServer, refusal } from '../../test-support/fake-server.js';
import { executionOf, HURRIED, KeptAgent, NEVER_MS } from '../../test-support/kept-agent.js';
import { waitUntil } from '../../test-support/wait-until.js';
import { VolatileFiles } from '../journal/testing/volatile-files.js';
import { ReportSender } from './report-sender.js';
import { ServerClient } from './server-client.js';

let agent: KeptAgent;
let server: FakeServer;
let client: ServerClient;
let stop: AbortController;
let running: Promise<unknown>;

beforeEach(async () => {
  agent = await KeptAgent.open();
  server = await FakeServer.start();
  client = new ServerClient(server.url, () => 'credential');
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running.catch(() => undefined);
  await client.close();
  await server.stop();
  await agent.remove();
});

/** Sends until the test is over; the end of it is `running`. */
function send(pace = { ...HURRIED, heartbeatMs: NEVER_MS }): ReportSender {
  const sender = new ReportSender(agent.keeper, agent.log, pace);
  agent.onReport = () => sender.nudge();
  running = sender.run(client, '/api/v1/agents/local/reports', 5, stop.signal);
  running.catch(() => undefined);
  return sender;
}

const namesOf = (reports: readonly Report[]) => reports.map(({ executionId }) => executionId);
const batches = () => server.batches.map(({ body }) => namesOf(body.reports));
const nothingPending = () => waitUntil('nothing is pending', () => agent.pending().length === 0);

describe('what there is to report', () => {
  it('goes up in the order in which it came, in the session, and is forgotten when the answer names it', async () => {
    const names = await agent.declineSome(3);
    send();
    await nothingPending();
    expect(batches()[0]).toEqual(names);
    expect(server.batches[0]).toMatchObject({ token: 'credential', url: '/api/v1/agents/local/reports', body: { session: 5 } });
    expect(server.reports[0]).toMatchObject({ executionId: executionOf(1), state: 'declined', sequence: 3 });
    await waitUntil('it is forgotten', () => agent.keeper.hello().inventory.length === 0);
    expect(agent.keeper.hello().receipt).toEqual({ position: '7', eventId: 'event-7' });
  });

  it('goes up as one batch when it came while another was under way, without waiting for a heartbeat', async () => {
    let answer: () => void = () => undefined;
    server.onReports = ({ reports }) => (server.batches.length === 1
      ? new Promise((resolve) => { answer = () => resolve({ status: 200, body: acknowledging(reports) }); })
      : { status: 200, body: acknowledging(reports) });
    await agent.declineSome(1);
    send();
    await waitUntil('the first is under way', () => server.batches.length === 1);
    const others = await agent.declineSome(4, 2);
    expect(server.batches).toHaveLength(1);
    answer();
    await nothingPending();
    expect(batches()[1]).toEqual(others);
  });

  it('goes up at most 500 at a time', async () => {
    await agent.declineSome(1_201);
    send();
    await nothingPending();
    expect(batches().map(({ length }) => length)).toEqual([500, 500, 201]);
  });

  it('wakes a sender that has nothing to do', async () => {
    send();
    await waitUntil('it has said that it lives', () => server.batches.length === 1);
    await agent.declineSome(1);
    await nothingPending();
    expect(batches()).toEqual([[], [executionOf(1)]]);
  });
});

describe('a sign of life', () => {
  it('goes up as an empty batch, at once and then at every heartbeat', async () => {
    send(HURRIED);
    await waitUntil('four of them', () => server.batches.length >= 4);
    expect(batches().slice(0, 4)).toEqual([[], [], [], []]);
  });
});

describe('an acknowledgement', () => {
  it('counts for the reports that it names, and for no other', async () => {
    const names = await agent.declineSome(4);
    let tries = 0;
    server.onReports = ({ reports }) => {
      tries += 1;
      return tries === 1 ? { status: 200, body: acknowledging([reports[1]!, reports[3]!]) } : { status: 503, body: '' };
    };
    send();
    await waitUntil('the rest was sent again', () => tries === 2);
    expect(batches()).toEqual([names, [executionOf(1), executionOf(3)]]);
    expect(agent.pending()).toEqual([executionOf(1), executionOf(3)]);
  });

  it('of a lower sequence, or of something that was not sent, is none', async () => {
    await agent.declineSome(2);
    const [first, second] = agent.keeper.pendingReports();
    server.onReports = () => ({ status: 200, body: acknowledging([{ ...first!, sequence: 2 }, { ...second!, sequence: 4 }, { ...first!, executionId: 'other~job~1' }]) });
    send();
    await waitUntil('it was sent again', () => server.batches.length === 3);
    expect(agent.pending()).toEqual([executionOf(1), executionOf(2)]);
  });

  it.each<[string, () => unknown]>([
    ['names nothing', () => ({ acknowledged: [] })],
    ['names only others', () => acknowledging([{ executionId: 'other~job~1', sequence: 3 } as Report])],
  ])('that %s does not make the sender spin', async (_what, body) => {
    await agent.declineSome(1);
    server.onReports = () => ({ status: 200, body: body() });
    const begun = performance.now();
    send({ ...HURRIED, retryMs: 100 });
    await waitUntil('it was sent a third time', () => server.batches.length === 3);
    expect(performance.now() - begun).toBeGreaterThan(190);
  });

  it('that the agent\'s full disk cannot take in does not make it spin either, and nothing is lost', async () => {
    const disk = new VolatileFiles();
    await agent.remove();
    agent = await KeptAgent.open({ files: disk });
    await agent.declineSome(1);
    disk.before = () => { throw new Error('ENOSPC'); };
    const begun = performance.now();
    send({ ...HURRIED, retryMs: 100 });
    await waitUntil('it was sent a third time', () => server.batches.length === 3);
    expect(performance.now() - begun).toBeGreaterThan(190);
    disk.before = () => undefined;
    await nothingPending();
    await waitUntil('it is forgotten', () => agent.keeper.hello().inventory.length === 0);
  });
});

describe('a server that cannot store now', () => {
  it('is asked again after a pause, and nothing is lost', async () => {
    const names = await agent.declineSome(3);
    let away = 3;
    server.onReports = ({ reports }) => (away-- > 0 ? refusal(503, 'store-unavailable') : { status: 200, body: acknowledging(reports) });
    const begun = performance.now();
    send({ ...HURRIED, retryMs: 50 });
    await nothingPending();
    expect(performance.now() - begun).toBeGreaterThan(140);
    expect(batches().slice(0, 4)).toEqual([names, names, names, names]);
  });
});

describe('reports that a server cannot read', () => {
  const refusing = (bad: readonly string[], status = 400) => ({ reports }: { reports: Report[] }) =>
    (reports.some(({ executionId }) => bad.includes(executionId)) ? refusal(status, 'invalid-request') : { status: 200, body: acknowledging(reports) });

  it.each([400, 413])('are found by halves and set aside (%i); the others go through', async (status) => {
    await agent.declineSome(20);
    const bad = [executionOf(7), executionOf(8), executionOf(20)];
    server.onReports = refusing(bad, status);
    send();
    await waitUntil('only the bad ones are left', () => agent.pending().length === 3);
    expect(agent.pending()).toEqual(bad);
    await waitUntil('they are shown', () => agent.logs('set aside').length === 3);
    expect(agent.logs('set aside').map(({ executionId }) => executionId)).toEqual(bad);
  });

  it('are left alone for the rest of the session, and block nobody who comes later', async () => {
    await agent.declineSome(1);
    server.onReports = refusing([executionOf(1)]);
    send();
    await waitUntil('it is set aside', () => agent.logs('set aside').length === 1);
    await agent.declineSome(1, 2);
    await waitUntil('the next went through', () => agent.pending().length === 1);
    expect(server.batches.at(-1)).toMatchObject({ body: { reports: [{ executionId: executionOf(2) }] } });
    expect(agent.logs('set aside')).toHaveLength(1);
  });

  it('are sent again in the next session, which may be with a server that reads them', async () => {
    await agent.declineSome(1);
    server.onReports = refusing([executionOf(1)]);
    const sender = send();
    await waitUntil('it is set aside', () => agent.logs('set aside').length === 1);
    stop.abort();
    await running.catch(() => undefined);
    server.onReports = refusing([]);
    stop = new AbortController();
    running = sender.run(client, '/api/v1/agents/local/reports', 6, stop.signal);
    await nothingPending();
  });
});

describe('the sending ends', () => {
  it('when the session is over: the next one begins with a hello', async () => {
    await agent.declineSome(1);
    server.onReports = () => refusal(409, 'session-over');
    send();
    await expect(running).rejects.toMatchObject({ status: 409, code: 'session-over' });
    expect(agent.pending()).toEqual([executionOf(1)]);
  });

  it.each<[string, number, string]>([['401', 401, 'token-unknown'], ['403', 403, 'forbidden'], ['500', 500, 'internal-error']])('with the session when the answer is %s', async (_what, status, code) => {
    await agent.declineSome(1);
    server.onReports = () => refusal(status, code);
    send();
    await expect(running).rejects.toMatchObject({ status, code });
    expect(agent.pending()).toEqual([executionOf(1)]);
  });

  it.each<[string, string]>([['HTML', '<html>thank you</html>'], ['half an answer', '{"acknowledged":[{"executionId":"run~job~1"']])('with the session when the answer is %s; nothing counts as acknowledged', async (_what, body) => {
    await agent.declineSome(1);
    server.onReports = () => ({ status: 200, body });
    send();
    await expect(running).rejects.toThrow('something else');
    expect(agent.pending()).toEqual([executionOf(1)]);
  });

  it('with the connection; what was under way is still there', async () => {
    await agent.declineSome(1);
    server.onReports = () => undefined;
    send();
    await waitUntil('it is under way', () => server.batches.length === 1);
    await server.stop();
    await expect(running).rejects.toThrow();
    expect(agent.pending()).toEqual([executionOf(1)]);
  });

  it('when it is told to, without waiting for an answer', async () => {
    await agent.declineSome(1);
    server.onReports = () => undefined;
    send();
    await waitUntil('it is under way', () => server.batches.length === 1);
    stop.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(agent.pending()).toEqual([executionOf(1)]);
  });
});
