import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FakeServer, refusal } from '../../test-support/fake-server.js';
import { dispatchOf, executionOf, HURRIED, KeptAgent, NEVER_MS } from '../../test-support/kept-agent.js';
import { waitUntil } from '../../test-support/wait-until.js';
import { OutputSender } from '../outputs/output-sender.js';
import { ReportSender } from './report-sender.js';
import { ServerClient } from './server-client.js';
import { Session } from './session.js';

const SESSION = 5;

let agent: KeptAgent;
let server: FakeServer;
let client: ServerClient;
let stop: AbortController;
let running: Promise<void>;
let connected: number;

beforeEach(async () => {
  agent = await KeptAgent.open();
  server = await FakeServer.start();
  client = new ServerClient(server.url, () => 'credential');
  stop = new AbortController();
  connected = 0;
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running.catch(() => undefined);
  await client.close();
  await server.stop();
  await agent.remove();
});

function begin(pace = { ...HURRIED, deadAfterMs: NEVER_MS }): void {
  const sender = new ReportSender(agent.keeper, agent.log, pace);
  agent.onReport = () => sender.nudge();
  running = new Session(client, agent.keeper, sender, new OutputSender(agent.keeper, agent.log), agent.log, '/api/v1/agents/local', SESSION, pace).run(stop.signal, () => { connected += 1; });
  running.catch(() => undefined);
}

async function beginAndListen(pace?: typeof HURRIED): Promise<void> {
  begin(pace);
  await waitUntil('the stream is open', () => connected === 1);
}

/** A dispatch that is declined at once: its answer shows that the frame was taken. */
const declined = (number: number, session = SESSION) => dispatchOf(number, [''], session);
const reportOf = (number: number) => waitUntil(`a report on ${number}`, () => server.reports.find(({ executionId }) => executionId === executionOf(number)));

describe('a session', () => {
  it('opens its stream with its number and the credential, and says so once', async () => {
    await beginAndListen();
    expect(server.streams).toHaveLength(1);
    expect(server.streams[0]?.req.url).toBe('/api/v1/agents/local/dispatches?session=5');
    expect(server.streams[0]?.req.headers.authorization).toBe('Bearer credential');
  });

  it('hands dispatches to the keeper, and their reports go up in it', async () => {
    await beginAndListen();
    const file = join(agent.dataDir, 'ran');
    server.send(dispatchOf(1, ['/bin/sh', '-c', `echo once >>'${file}'`], SESSION));
    await waitUntil('its result', () => server.reports.find(({ executionId, state }) => executionId === executionOf(1) && state === 'finished'));
    expect(existsSync(file)).toBe(true);
    expect(server.batches.every(({ body }) => body.session === SESSION)).toBe(true);
  });

  it('hands cancels to the keeper: what has not started never will', async () => {
    await beginAndListen();
    server.send({ kind: 'cancel', session: SESSION, position: '4', executionId: executionOf(2), runId: 'run', jobId: 'job' });
    expect(await reportOf(2)).toMatchObject({ state: 'never-started' });
    server.send(dispatchOf(2, 'true', SESSION));
    server.send(declined(9));
    await reportOf(9);
    expect(server.reports.filter(({ executionId, state }) => executionId === executionOf(2) && state !== 'never-started')).toEqual([]);
  });

  it('hands stops to the keeper: what runs is ended, what has not started never will', async () => {
    await beginAndListen();
    const intent = { kind: 'stop', session: SESSION, runId: 'run', jobId: 'job', graceSeconds: 3600 } as const;
    server.send(dispatchOf(1, ['sleep', '60'], SESSION));
    await waitUntil('it runs', () => server.reports.find(({ state }) => state === 'started'));
    server.send({ ...intent, position: '4', executionId: executionOf(1) });
    server.send({ ...intent, position: '5', executionId: executionOf(2) });
    expect(await waitUntil('its end', () => server.reports.find(({ state }) => state === 'finished'))).toMatchObject({ executionId: executionOf(1), stoppedBy: 'SIGTERM' });
    expect(await reportOf(2)).toMatchObject({ state: 'never-started' });
  });

  it('takes a frame that comes twice once', async () => {
    await beginAndListen();
    for (let time = 0; time < 3; time += 1) server.send(dispatchOf(1, ['/bin/sh', '-c', `echo once >>'${join(agent.dataDir, 'ran')}'; exit 7`], SESSION));
    const result = await waitUntil('its result', () => server.reports.find(({ state }) => state === 'finished'));
    expect(result).toMatchObject({ executionId: executionOf(1), exitCode: 7 });
    expect(agent.keeper.hello().inventory.filter((name) => name !== executionOf(1))).toEqual([]);
  });

  it('ignores the frames of every other session: whoever sent them does not know what this one knows', async () => {
    await beginAndListen();
    server.send(declined(1, SESSION - 1));
    server.send(declined(2, SESSION + 1));
    server.send(declined(3));
    await reportOf(3);
    expect(server.reports.map(({ executionId }) => executionId)).toEqual([executionOf(3)]);
    expect(agent.keeper.hello().servedUpTo).toBe('3');
  });
});

describe('a session ends', () => {
  it('when the server ends the stream', async () => {
    await beginAndListen();
    server.streams[0]?.end();
    await expect(running).rejects.toThrow('the server ended the connection');
  });

  it('when the connection breaks', async () => {
    await beginAndListen();
    server.streams[0]?.destroy();
    await expect(running).rejects.toThrow();
  });

  it('when the stream is silent for three heartbeats, though reports are still answered: its server is not to be asked first', async () => {
    await beginAndListen(HURRIED);
    await expect(running).rejects.toMatchObject({ name: 'GoElsewhereError', message: 'the server has said nothing for three heartbeats' });
    expect(server.batches.length).toBeGreaterThan(1);
  });

  it('when the server asks to go elsewhere; what it said before counts, and what an older session is asked does not', async () => {
    await beginAndListen();
    server.send({ kind: 'leave', session: SESSION - 1, reason: 'long ago' });
    server.send(declined(1));
    await reportOf(1);
    server.send({ kind: 'leave', session: SESSION, reason: 'others did not hear of it' });
    await expect(running).rejects.toMatchObject({ name: 'GoElsewhereError', message: 'the server ended the session: others did not hear of it' });
    await waitUntil('the stream is closed', () => server.streams[0]?.closed);
  });

  it('not while comments come, and nothing else', async () => {
    const lively = { ...HURRIED, deadAfterMs: 400 };
    await beginAndListen(lively);
    const beat = setInterval(() => server.say(': still here\n\n'), 20);
    const begun = performance.now();
    await waitUntil('three times the patience is over', () => performance.now() - begun > 3 * lively.deadAfterMs);
    clearInterval(beat);
    server.send(declined(1));
    expect(await reportOf(1)).toMatchObject({ state: 'declined' });
  });

  it('when the stream says what is no frame; what it said before counts', async () => {
    await beginAndListen();
    server.send(declined(1));
    await reportOf(1);
    server.say('data: {"kind":"reboot"}\n\n');
    await expect(running).rejects.toMatchObject({ name: 'MalformedStreamError' });
  });

  it('when a report is answered that it is over, and with it the stream', async () => {
    server.onReports = () => refusal(409, 'session-over');
    begin();
    await expect(running).rejects.toMatchObject({ code: 'session-over' });
    await waitUntil('the stream is closed', () => server.streams[0]?.closed);
  });

  it('before it began when the server refuses the stream; then nobody was connected', async () => {
    server.onStream = (response) => void response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(refusal(409, 'session-over').body));
    begin();
    await expect(running).rejects.toMatchObject({ code: 'session-over' });
    expect(connected).toBe(0);
    expect(server.batches).toEqual([]);
  });

  it('when it is told to, without an error of its own', async () => {
    await beginAndListen();
    stop.abort();
    await running.catch((error: unknown) => expect(error).toMatchObject({ name: 'AbortError' }));
    await waitUntil('the stream is closed', () => server.streams[0]?.closed);
  });
});
