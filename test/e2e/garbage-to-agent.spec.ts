import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { report, reportBatch } from '#protocol/agent-link';
import type { LogView } from '#protocol/log';
import { Deployment } from '../support/deployment.js';
import { flood, type NastyAnswer, NastyServer } from '../support/nasty-server.js';
import { randomFrom, seedOfRun } from '../support/random.js';
import { waitFor } from '../support/wait-for.js';

const SESSION = 3;

let here: Deployment;
let nasty: NastyServer | undefined;
let names = 0;
let name: string;

beforeAll(async () => {
  here = await Deployment.create();
  await here.startServer();
}, 60_000);

beforeEach(() => {
  name = `agent${names += 1}`;
});

afterEach(async () => {
  await nasty?.close().catch(() => undefined);
  nasty = undefined;
  await here.killAgent(name);
});

afterAll(() => here.destroy(), 60_000);

const json = (response: ServerResponse, status: number, body: unknown) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const html = (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!</body></html>');

/** Welcomes, stores nothing, and says this on the stream of frames. */
const welcoming = (say: (response: ServerResponse) => void, reports: NastyAnswer = (_ask, response) => json(response, 200, { acknowledged: [] })): NastyAnswer => (ask, response, body) => {
  if (ask === 'hello') return json(response, 201, { session: SESSION, server: 'nasty', credential: 'nasty' });
  if (ask === 'reports') return reports(ask, response, body);
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': welcome\n\n');
  say(response);
};

/** A job that leaves a mark, whose execution nobody but the nasty server knows. */
const dispatch = (more: object = {}, of: object = {}) => ({
  kind: 'dispatch', session: SESSION, position: '1', ...of,
  spec: { executionId: 'nasty~job~1', runId: 'nasty', jobId: 'job', attempt: 1, command: ['/bin/sh', '-c', `echo "$KIROKU_EXECUTION_ID" >> ${here.path(`marks-${name}`)}`], env: {}, ...more },
});
const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const saying = (...frames: (() => string)[]) => welcoming((response) => frames.forEach((each) => void response.write(each())));

/** The agent knows the nasty server first and the real one second. */
async function meet(answer: NastyAnswer, asked: number): Promise<NastyServer> {
  nasty = await NastyServer.start(answer);
  const met = nasty;
  await here.startAgent(name, { servers: [nasty.url, here.url], connected: false });
  await waitFor('the agent came', () => met.asked.length >= asked);
  return met;
}

/** It was served what the real log does not hold: for the real server that log went back, and an operator has to say that this is known. */
async function saySo(): Promise<void> {
  const isAhead = async () => (await here.api.get<LogView>('/api/v1/log')).agentsAhead.some(({ agent }) => agent === name);
  const isLetIn = () => here.agents.get(name)?.printed().includes(`connected to ${here.url}`) === true;
  await waitFor('the real server has heard of it', async () => isLetIn() || await isAhead());
  if (!isLetIn()) expect(await here.api.request('POST', '/api/v1/log/restored', { reason: 'it was served by another server' })).toMatchObject({ status: 200 });
}

/** The same process lives, started nothing that it must not, and serves a real server. */
async function expectUnharmed(marks: string[] = []): Promise<void> {
  const agent = here.agents.get(name);
  await nasty?.close();
  nasty = undefined;
  await waitFor('the agent is with the real server', () => agent?.printed().includes(`connected to ${here.url}`));
  await here.api.define(name, `jobnet: ${name}\njobs:\n  A1: { agent: ${name}, command: "exit 0" }\n`);
  await here.status(await here.api.start(name), 'succeeded');
  expect(agent?.isAlive).toBe(true);
  expect(here.marks(`marks-${name}`)).toEqual(marks);
}

const reportsTo = (met: NastyServer) => met.bodies.flatMap((body) => {
  const batch = reportBatch.safeParse(JSON.parse(body || 'null'));
  return batch.success ? batch.data.reports : [];
});

describe('an agent is not harmed by a server that', () => {
  const random = (length: number) => Buffer.from(Uint8Array.from({ length }, randomByte));
  const next = randomFrom(seedOfRun());
  const randomByte = () => Math.floor(next() * 256);

  it.each<[string, NastyAnswer, number]>([
    ['answers HTML', (_ask, response) => html(response), 1],
    ['answers nothing but a broken connection', (_ask, response) => void response.destroy(), 1],
    ['answers random bytes', (_ask, response) => void response.socket?.end(random(5_000)), 1],
    ['answers a page without an end', (_ask, response) => flood(response.writeHead(200), ' '.repeat(65_536)), 1],
    ['answers an error without an end', (_ask, response) => flood(response.writeHead(500), 'x'.repeat(65_536)), 1],
    ['answers half of what it announced', (_ask, response) => void response.writeHead(200, { 'content-length': '9999' }).write('{"session":', () => response.destroy()), 1],
    ['sends it elsewhere', (_ask, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 1],
    ['welcomes in another shape', (_ask, response) => json(response, 201, { session: 'three', server: 7 }), 1],
    ['has a deeply nested answer', (_ask, response) => void response.writeHead(200).end('['.repeat(1_000_000)), 1],
    ['says HTML for frames', welcoming((response) => void response.end('<html></html>')), 2],
    ['says random bytes for frames', welcoming((response) => flood(response, random(4_096))), 2],
    ['says a frame without an end', welcoming((response) => flood(response, `data: ${'x'.repeat(10_000)}`)), 2],
    ['says garbage JSON', saying(() => 'data: {"kind":"dispatch"\n\n'), 2],
    ['says frames of a kind that is none', saying(() => frame({ kind: 'reboot', session: SESSION, position: '1' })), 2],
    ['acknowledges in another shape', welcoming(() => undefined, (_ask, response) => json(response, 200, { acknowledged: [{ executionId: '../../x', sequence: -1 }] })), 3],
    ['acknowledges what it was never told', welcoming(() => undefined, (_ask, response) => json(response, 200, { acknowledged: [{ executionId: 'a~b~1', sequence: 3, receipt: { position: '1', eventId: 'x' } }] })), 3],
    ['refuses every report', welcoming(() => undefined, (_ask, response) => void response.writeHead(400).end('no')), 3],
  ])('%s', async (_what, answer, asked) => {
    await meet(answer, asked);
    await expectUnharmed();
  }, 60_000);

  it('sends frames of wrong shape with a command in them: each ends its session, and nothing is started', async () => {
    const shapes = [dispatch({ executionId: '../../x~a~1' }), dispatch({ executionId: '../../x' }), dispatch({ command: [] }), dispatch({ runId: '../x' }), dispatch({}, { position: '-1' })];
    let turn = -1;
    const met = await NastyServer.start((ask, response, body) => {
      if (ask === 'dispatches') turn += 1;
      welcoming((stream) => void stream.write(frame(shapes[turn % shapes.length])))(ask, response, body);
    });
    nasty = met;
    await here.startAgent(name, { servers: [met.url], connected: false });
    await waitFor('each shape was tried', () => turn >= shapes.length);
    expect(here.agents.get(name)?.isAlive).toBe(true);
    expect(reportsTo(met)).toEqual([]);
    expect(here.marks(`marks-${name}`)).toEqual([]);
  }, 60_000);

  it('sends a frame that is too large', async () => {
    await meet(saying(() => frame(dispatch({ command: ['/bin/true', ...Array<string>(20).fill('x'.repeat(100_000))] }))), 2);
    await expectUnharmed();
  }, 60_000);

  it('sends frames of an older session, or of a later one: nothing is started', async () => {
    const met = await meet(saying(() => frame(dispatch({}, { session: SESSION - 1 })), () => frame(dispatch({}, { session: SESSION + 1 }))), 3);
    expect(reportsTo(met)).toEqual([]);
    await expectUnharmed();
  }, 60_000);

  it('sends a valid frame twice, and again in the next session: it is executed once', async () => {
    const met = await meet(saying(() => frame(dispatch()).repeat(2), () => frame(dispatch())), 3);
    await waitFor('the result', () => reportsTo(met).some(({ state }) => state === 'finished'));
    await here.killAgent(name);
    const asked = met.asked.length;
    await here.startAgent(name, { servers: [met.url, here.url], connected: false });
    await waitFor('the result again, in the next session', () => met.asked.slice(asked).includes('dispatches') && met.bodies.slice(asked).some((body) => body.includes('"finished"')));
    await saySo();
    await expectUnharmed(['nasty~job~1']);
    const unmatched = await here.api.events(`?type=ReportUnmatched&stream=agent-${name}`);
    expect(unmatched.map(({ data }) => data)).toMatchObject([{ executionId: 'nasty~job~1', report: { state: 'finished', exitCode: 0 } }]);
  }, 60_000);

  it('sends specifications that no process can be made of: each is declined with its reason, and nothing is started', async () => {
    const nastySpecs = [
      { command: [''] }, { command: ['', 'x'] }, { command: '' }, { command: ['/bin/sh', '-c', 'a\0b'] }, { command: 'echo \0' }, { env: { 'A=B': 'x' } }, { env: { '': 'x' } },
      { env: { A: 'x\0y' } }, { cwd: '' }, { cwd: '/tmp\0/x' },
    ];
    const frames = nastySpecs.map((spec, index) => () => frame(dispatch({ ...spec, executionId: `nasty~job~${index + 1}` }, { position: String(index + 1) })));
    const met = await meet(saying(...frames), 3);
    await waitFor('all are answered', () => new Set(reportsTo(met).map(({ executionId }) => executionId)).size === nastySpecs.length);
    for (const each of reportsTo(met)) expect(report.parse(each)).toMatchObject({ state: 'declined', reason: expect.stringMatching(/./) as string });
    await saySo();
    await expectUnharmed();
  }, 60_000);
});

it('what an agent logs of such a server is little: each trouble once', async () => {
  await meet((_ask, response) => html(response), 1);
  await expectUnharmed();
  nasty = await NastyServer.start((_ask, response) => html(response));
  const [own, met] = [name, nasty];
  name = `${own}b`;
  await here.startAgent(name, { servers: [met.url], connected: false });
  await waitFor('it has tried often', () => met.asked.length >= 6);
  expect(readFileSync(here.path(`${name}.log`), 'utf8').split('\n').filter((line) => line.includes('no contact'))).toHaveLength(1);
}, 60_000);
