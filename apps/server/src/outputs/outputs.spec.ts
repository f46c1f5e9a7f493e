import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { HttpAdapterHost } from '@nestjs/core';
import type { ClientRequest, Server } from 'node:http';
import type { DispatchFrame, Report } from '#protocol/agent-link';
import type { OutputView } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { OutputReader } from '../../test-support/output-reader.js';
import { accepted, finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';
import { OutputTransfers } from './output-transfers.js';

const BINARY = Buffer.from([0, 255, 254, 13, 10, 0, 200]);
const RUNNING = { 'x-kiroku-state': 'running' };
const ENDED = { 'x-kiroku-state': 'ended' };

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;
let spec: DispatchFrame['spec'];

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(SINGLE);
  agent = await ScriptedAgent.connected(server);
  runId = await server.startRun('S');
  ({ spec } = await agent.dispatchOf('S1'));
  await agent.report(accepted(spec), started(spec));
});

afterEach(async () => {
  agent.hangUp();
  await closeServers();
});

const path = (query = '') => `/api/v1/runs/${runId}/jobs/S1/output?${query}`;
const read = (query = '') => OutputReader.begin(server, path(query));

/** From now on: makes the server's time for a request run out, and answers its side of the connection. */
async function timeOuts(): Promise<(request: ClientRequest) => Socket> {
  const connections: Socket[] = [];
  const http = server.get(HttpAdapterHost).httpAdapter.getHttpServer() as Server;
  await server.listen();
  http.on('connection', (socket: Socket) => connections.push(socket));
  return ({ socket: client }) => {
    const connection = connections.find(({ remotePort }) => remotePort === client?.localPort);
    if (connection === undefined) throw new Error('the request came over no new connection');
    http.emit('clientError', Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), connection);
    return connection;
  };
}

/** A result whose stdout was these bytes, of which only the last ones travel. */
function resultOf(content: Buffer, tailBytes = 4096, exitCode = 0): Report {
  const stdout = { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex'), tail: content.subarray(-tailBytes).toString(), truncated: content.length > tailBytes };
  const report = finished(spec, exitCode) as Extract<Report, { state: 'finished' }>;
  return { ...report, output: { ...report.output, stdout } };
}

describe('the whole of an output', () => {
  it('comes from the log when all of it came with the result, and the agent is not asked', async () => {
    await agent.report(resultOf(Buffer.from('line 1\n終わり')));
    const reader = await read('from=5');
    expect([reader.header('x-kiroku-complete'), reader.header('x-kiroku-execution'), reader.header('content-length')]).toEqual(['true', spec.executionId, '11']);
    expect(String(await reader.rest())).toBe('1\n終わり');
    expect(agent.outputWishes()).toEqual([]);
  });

  it('comes from the agent when the way to text and back would change it, up to what is on record', async () => {
    await agent.report(resultOf(BINARY));
    const reading = read('from=2');
    const wish = await agent.outputWish();
    expect(wish).toMatchObject({ session: agent.session, executionId: spec.executionId, stream: 'stdout', from: 2, until: 7, follow: false });
    const { upload, status } = await agent.bring(wish.requestId, { ...ENDED, 'x-kiroku-length': '5' });
    upload.end(BINARY.subarray(2));
    const reader = await reading;
    expect([reader.header('x-kiroku-complete'), reader.header('x-kiroku-state'), reader.header('content-length')]).toEqual(['true', 'ended', '5']);
    expect(await reader.rest()).toEqual(BINARY.subarray(2));
    expect(await status).toBe(200);
  });

  it('is not complete while the job runs, and says so', async () => {
    const reading = read('stream=stderr');
    const { requestId, stream } = await agent.outputWish();
    (await agent.bring(requestId, { ...RUNNING, 'x-kiroku-length': '5' })).upload.end('hello');
    const reader = await reading;
    expect([stream, reader.header('x-kiroku-complete'), reader.header('x-kiroku-state'), reader.header('x-kiroku-reason')]).toEqual(['stderr', 'false', 'running', expect.stringContaining('S1 of run')]);
    expect(String(await reader.rest())).toBe('hello');
  });

  it('changes nothing: no event comes of it', async () => {
    const before = (await server.events()).length;
    const reading = read();
    (await agent.bring((await agent.outputWish()).requestId, { ...RUNNING, 'x-kiroku-length': '1' })).upload.end('x');
    await (await reading).rest();
    expect((await server.events()).length).toBe(before);
  });

  it('is that of the execution that was asked for', async () => {
    await agent.report(resultOf(Buffer.from('first'), 4096, 1));
    expect((await server.request('POST', `/api/v1/runs/${runId}/jobs/S1/rerun`, { body: { reason: 'once more' } })).status).toBeLessThan(300);
    const { spec: second } = await waitFor('the second dispatch', () => agent.dispatches()[1]);
    // The newest on record, as long as the current one has none.
    expect(await server.read<OutputView>(path())).toMatchObject({ executionId: spec.executionId });
    await agent.report(accepted(second), finished(second));
    expect(await server.read<OutputView>(path())).toMatchObject({ executionId: second.executionId, bytes: 0 });
    const first = await server.read<OutputView>(path('attempt=1'));
    expect(first).toMatchObject({ executionId: spec.executionId, tail: 'first' });
    expect(await server.read<OutputView>(path(`execution=${spec.executionId}`))).toEqual(first);
    expect(String(await (await read('attempt=1')).rest())).toBe('first');
    expect(await server.request('GET', path('attempt=7'))).toMatchObject({ status: 404, body: { code: 'execution-not-found' } });
  });
});

describe('an output that is followed', () => {
  it('comes as it is written, and ends properly when the agent says so', async () => {
    const reading = read('follow=true');
    const wish = await agent.outputWish();
    expect(wish).toMatchObject({ follow: true, from: 0 });
    expect(wish).not.toHaveProperty('until');
    const { upload, status } = await agent.bring(wish.requestId, RUNNING);
    const reader = await reading;
    expect([reader.header('x-kiroku-complete'), reader.header('transfer-encoding'), reader.header('content-length')]).toEqual(['true', 'chunked', undefined]);
    upload.write('one\n');
    expect(await new Promise((resolve) => reader.answer.once('data', (chunk: Buffer) => resolve(String(chunk))))).toBe('one\n');
    upload.end('two\n');
    expect(String(await reader.rest())).toBe('two\n');
    expect(await status).toBe(200);
  });

  it('is read to its recorded end when it has ended meanwhile', async () => {
    const reading = read('follow=true&from=1');
    const first = await agent.outputWish();
    await agent.report(resultOf(BINARY));
    await server.request('POST', `/api/v1/agents/local/outputs/${first.requestId}`, { body: { code: 'execution-ended', detail: 'it has ended' }, token: agent.credential ?? null });
    const second = await agent.outputWish(2);
    expect(second).toMatchObject({ follow: false, from: 1, until: 7 });
    (await agent.bring(second.requestId, { ...ENDED, 'x-kiroku-length': '6' })).upload.end(BINARY.subarray(1));
    expect(await (await reading).rest()).toEqual(BINARY.subarray(1));
  });

  it('needs bytes', async () => {
    expect(await server.request('GET', path('follow=true'))).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('may take longer than any other request may', async () => {
    const timeOut = await timeOuts();
    const reading = read('follow=true');
    const { upload, status } = await agent.bring((await agent.outputWish()).requestId, RUNNING);
    const reader = await reading;
    expect(timeOut(upload).writable).toBe(true);
    upload.end('still here');
    expect([String(await reader.rest()), await status]).toEqual(['still here', 200]);
  });
});

describe('a transfer that breaks', () => {
  async function begun(headers: Record<string, string> = { ...RUNNING, 'x-kiroku-length': '10' }) {
    const reading = read('follow=true');
    const { upload, status } = await agent.bring((await agent.outputWish()).requestId, headers);
    upload.write('12345');
    return { upload, status, reader: await reading };
  }

  it.each([['announced', { ...RUNNING, 'x-kiroku-length': '10' }], ['followed', RUNNING]])('on the side of the agent never looks whole: %s', async (_, headers) => {
    const { upload, reader } = await begun(headers);
    const rest = reader.rest();
    upload.destroy();
    expect(await rest).toBe('cut');
  });

  it.each([['less', ''], ['more', '67890!']])('off because the agent sends %s than it announced never looks whole', async (_, more) => {
    const { upload, reader } = await begun();
    upload.end(more);
    expect(await reader.rest()).toBe('cut');
  });

  it('off on the side of the reader ends on that of the agent', async () => {
    const { status, reader } = await begun(RUNNING);
    reader.leave();
    expect(await status).toBe('cut');
  });

  it('off with the session ends on both', async () => {
    const { status, reader } = await begun(RUNNING);
    await agent.connect({ previousSession: agent.session });
    expect([await status, await reader.rest()]).toEqual(['cut', 'cut']);
  });
});

describe('a reader who does not read', () => {
  /** Offers bytes until nobody has taken any for a while of other work. */
  async function fill(bringing: { upload: { write(chunk: Buffer): boolean; writableLength: number } }): Promise<void> {
    const chunk = Buffer.alloc(64 * 1024, 7);
    for (let calm = 0; calm < 50;) {
      const before = bringing.upload.writableLength;
      if (before < 1024 * 1024) bringing.upload.write(chunk);
      await server.read('/healthz');
      calm = bringing.upload.writableLength >= 1024 * 1024 && bringing.upload.writableLength === before ? calm + 1 : 0;
    }
  }

  it('holds the agent back, and nothing else', async () => {
    const reading = read('follow=true');
    const bringing = await agent.bring((await agent.outputWish()).requestId, RUNNING);
    const reader = await reading;
    let offered = 0;
    const write = bringing.upload.write.bind(bringing.upload);
    await fill({ upload: { write: (chunk) => { offered += chunk.length; return write(chunk); }, get writableLength() { return bringing.upload.writableLength; } } });
    // Kernel buffers on both ways and one high-water mark each: far below what would be piled up without them.
    expect(offered - bringing.upload.writableLength).toBeLessThan(32 * 1024 * 1024);
    await agent.report(resultOf(BINARY));
    expect((await server.run(runId)).jobs[0]?.state).toBe('succeeded');
    bringing.upload.end();
    const rest = await reader.rest();
    expect(rest.length).toBe(offered);
    expect(await bringing.status).toBe(200);
  });

  it('is cut after a long time in which nothing was taken', async () => {
    server.get(OutputTransfers).pace.stalledAfter = 100;
    const reading = read('follow=true');
    const { upload, status } = await agent.bring((await agent.outputWish()).requestId, RUNNING);
    await reading;
    const chunk = Buffer.alloc(1024 * 1024);
    upload.on('drain', () => void upload.write(chunk));
    upload.write(chunk);
    expect(await status).toBe('cut');
  });

  it('is one of eight at most, of one agent', async () => {
    const readers = Array.from({ length: 8 }, () => read('follow=true'));
    const bringings = [];
    for (let n = 1; n <= 8; n += 1) bringings.push(await agent.bring((await agent.outputWish(n)).requestId, RUNNING));
    await Promise.all(readers);
    const ninth = await read('follow=true');
    expect(ninth.status).toBe(503);
    expect(JSON.parse(String(await ninth.rest()))).toMatchObject({ code: 'too-many-transfers' });
    bringings[0]?.upload.end();
    expect(await bringings[0]?.status).toBe(200);
    const tenth = read('follow=true');
    const { upload } = await agent.bring((await agent.outputWish(9)).requestId, RUNNING);
    expect((await tenth).status).toBe(200);
    upload.end();
  });
});

describe('an agent that is away', () => {
  const tail = Buffer.from('the end');

  it('leaves the tail that came with the result, marked incomplete', async () => {
    await agent.report(resultOf(Buffer.concat([BINARY, tail]), tail.length));
    await agent.goAway();
    const reader = await read();
    expect([reader.status, reader.header('x-kiroku-complete'), reader.header('x-kiroku-reason')]).toEqual([200, 'false', expect.stringMatching(/^agent local is silent since \d{4}-/)]);
    expect(await reader.rest()).toEqual(tail);
    expect((await read('from=3')).status).toBe(503);
    expect((await read('from=300')).status).toBe(409);
  });

  it('leaves nothing of a job without a result, and the answer says why', async () => {
    await agent.goAway();
    const reader = await read();
    expect(reader.status).toBe(503);
    expect(JSON.parse(String(await reader.rest()))).toMatchObject({ code: 'agent-away', detail: expect.stringContaining('silent since') as string });
  });

  it('or does not answer, leaves the same', async () => {
    server.get(OutputTransfers).pace.answerWithin = 50;
    const reader = await read();
    expect(reader.status).toBe(503);
    await agent.report(resultOf(Buffer.concat([BINARY, tail]), tail.length));
    expect(await (await read()).rest()).toEqual(tail);
  });

  it('or has removed it, leaves the same with another reason', async () => {
    const refuse = (requestId: string) => server.request('POST', `/api/v1/agents/local/outputs/${requestId}`, { body: { code: 'removed', detail: 'retention' }, token: agent.credential ?? null });
    const without = read();
    await refuse((await agent.outputWish()).requestId);
    expect((await without).status).toBe(404);
    await agent.report(resultOf(Buffer.concat([BINARY, tail]), tail.length));
    const reading = read();
    await refuse((await agent.outputWish(2)).requestId);
    const reader = await reading;
    expect([reader.header('x-kiroku-complete'), reader.header('x-kiroku-reason')]).toEqual(['false', 'retention']);
    expect(await reader.rest()).toEqual(tail);
  });

  it('need not be there for the tail, when no more is wanted', async () => {
    await agent.report(resultOf(Buffer.concat([BINARY, tail]), tail.length));
    expect(await (await read('tail=true')).rest()).toEqual(tail);
    expect(agent.outputWishes()).toEqual([]);
  });
});

describe('an output that nobody asked for', () => {
  it('is not taken, neither from its own agent nor from another', async () => {
    const reading = read('follow=true');
    const { requestId } = await agent.outputWish();
    const other = await ScriptedAgent.connected(server, { name: 'other' });
    expect(await (await agent.bring('00000000-0000-4000-8000-000000000000', RUNNING)).status).toBe(404);
    expect(await (await other.bring(requestId, RUNNING, { agent: 'local' })).status).toBe(403);
    expect(await (await other.bring(requestId, RUNNING)).status).toBe(404);
    const { upload, status } = await agent.bring(requestId, RUNNING);
    upload.end('mine');
    expect([await status, String(await (await reading).rest())]).toEqual([200, 'mine']);
    expect(await (await agent.bring(requestId, RUNNING)).status).toBe(404);
    other.hangUp();
  });

  it('leaves its connection no longer than any other', async () => {
    const timeOut = await timeOuts();
    const { upload, status } = await agent.bring('00000000-0000-4000-8000-000000000000', RUNNING);
    expect(await status).toBe(404);
    expect(timeOut(upload).writable).toBe(false);
  });

  it('is no body for any other route', async () => {
    const { status } = await server.request('POST', `/api/v1/runs/${runId}/jobs/S1/skip`, { body: 'x', headers: { 'content-type': 'application/octet-stream' } });
    expect(status).toBe(415);
  });
});
