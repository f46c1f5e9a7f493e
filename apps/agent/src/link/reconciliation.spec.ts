import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FakeServer, refusal } from '../../test-support/fake-server.js';
import { dispatchOf, executionOf, HURRIED, KeptAgent, NEVER_MS } from '../../test-support/kept-agent.js';
import { waitUntil } from '../../test-support/wait-until.js';
import { OutputSender } from '../outputs/output-sender.js';
import { AgentLink } from './agent-link.js';
import { Credential } from './credential.js';
import { ReportSender } from './report-sender.js';

const PACE = { ...HURRIED, deadAfterMs: NEVER_MS, lastingMs: 0, inventoryMs: 10 };

let agent: KeptAgent;
let server: FakeServer;
let stop: AbortController;
let link: AgentLink;
let running: Promise<void>;
let connections: number;

beforeEach(async () => {
  agent = await KeptAgent.open();
  server = await FakeServer.start();
  [stop, connections] = [new AbortController(), 0];
});

afterEach(async () => {
  stop.abort();
  await running;
  await link.close();
  await server.stop();
  await agent.remove();
});

function begin(pace = PACE): void {
  const sender = new ReportSender(agent.keeper, agent.log, pace);
  agent.onReport = () => sender.nudge();
  const options = { name: 'local', servers: [server.url], data: agent.dataDir, slots: 4, token: 'enrolment' };
  link = new AgentLink(options, { version: '1.2.3', bootId: 'boot' }, agent.keeper, sender, new OutputSender(agent.keeper, agent.log), new Credential(agent.dataDir), agent.log, pace);
  running = link.run(stop.signal, () => { connections += 1; });
}

const compared = (times: number) => waitUntil(`compared ${times} times`, () => server.inventories.length >= times);
const newest = () => server.inventories.at(-1)?.body;

describe('in the middle of a session the agent says', () => {
  it('what it holds, what of it is open, what waits, and what a stop has reached', async () => {
    server.onReports = () => ({ status: 200, body: { acknowledged: [] } });
    begin();
    await waitUntil('the stream is open', () => connections === 1);
    const deaf = join(agent.dataDir, 'deaf');
    server.send(dispatchOf(1, ['/bin/sh', '-c', `trap '' TERM; : >'${deaf}'; while :; do sleep 0.05; done`], 1));
    for (const number of [2, 3, 4, 5]) server.send(dispatchOf(number, ['sleep', '60'], 1));
    server.send(dispatchOf(6, [''], 1));
    await waitUntil('all are held, and the first one hears no SIGTERM', () => newest()?.inventory.length === 6 && existsSync(deaf));
    const stopFirst = (position: string, graceSeconds: number) => server.send({ kind: 'stop', session: 1, position, executionId: executionOf(1), runId: 'run', jobId: 'job', graceSeconds });
    stopFirst('7', 3600);
    await waitUntil('a stop has reached it', () => newest()?.stopping.includes(executionOf(1)) === true);
    stopFirst('8', 0);
    await waitUntil('it has ended', () => newest()?.open.includes(executionOf(1)) === false);
    const atFirst = server.inventories.find(({ body }) => body.inventory.length === 6)?.body;
    expect(atFirst).toMatchObject({ session: 1, servedUpTo: '6', open: [1, 2, 3, 4, 5].map(executionOf), waiting: [executionOf(5)], stopping: [] });
    expect(server.inventories[0]?.url).toBe('/api/v1/agents/local/inventory');
    for (const number of [2, 3, 4, 5]) server.send({ kind: 'stop', session: 1, position: '9', executionId: executionOf(number), runId: 'run', jobId: 'job', graceSeconds: 3600 });
    await waitUntil('all have ended', () => newest()?.open.length === 0);
  });

  it('nothing before its time', async () => {
    begin({ ...PACE, inventoryMs: NEVER_MS });
    await waitUntil('the session has gone on for a while', () => server.batches.length > 3);
    expect(server.inventories).toEqual([]);
  });
});

describe('a server that asks for a renewal', () => {
  it('gets another hello, over the same server; the session before it ends', async () => {
    server.onInventory = ({ session }) => ({ status: 200, body: { renew: session === 1 } });
    begin();
    await compared(3);
    expect(server.hellos.map(({ body }) => body.previousSession)).toEqual([undefined, 1]);
    await waitUntil('the former stream is closed', () => server.streams[0]?.closed);
    expect(server.streams[1]?.closed).toBe(false);
    expect(agent.logs('the session is renewed')).toEqual([{ server: server.url }]);
    expect(agent.logs('no contact')).toEqual([]);
  });

  it('at every turn gets one hello for one comparison, never more', async () => {
    server.onInventory = () => ({ status: 200, body: { renew: true } });
    begin();
    await compared(5);
    expect(server.hellos.length).toBeLessThanOrEqual(server.inventories.length + 1);
  });
});

describe('a server that cannot compare', () => {
  it.each<[string, number]>([['not-found', 404], ['invalid-request', 400], ['body-too-large', 413], ['store-unavailable', 503]])('keeps its session, and that is told once: %s', async (code, status) => {
    server.onInventory = () => refusal(status, code);
    begin();
    await compared(4);
    expect(server.hellos).toHaveLength(1);
    expect(agent.logs('did not compare')).toEqual([{ code }]);
  });

  it('because the session is over for it gets a hello', async () => {
    server.onInventory = ({ session }) => (session === 1 ? refusal(409, 'session-over') : { status: 200, body: { renew: false } });
    begin();
    await waitUntil('it said hello again', () => server.hellos.length === 2);
  });
});
