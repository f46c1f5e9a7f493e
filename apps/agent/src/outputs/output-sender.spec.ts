import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutputFrame, OutputRefusal } from '#protocol/outputs';
import { OutputTaker, type Taken } from '../../test-support/output-taker.js';
import { waitUntil } from '../../test-support/wait-until.js';
import { ServerClient } from '../link/server-client.js';
import type { KnownOutput } from './known-output.js';
import { OutputSender } from './output-sender.js';

const ID = 'run~job~1';

let directory: string;
let file: string;
let phase: KnownOutput['phase'] | undefined;
let recorded: number | undefined;
let logged: string[];
let taker: OutputTaker;
let client: ServerClient;
let sender: OutputSender;
let session: AbortController;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kiroku-output-'));
  file = join(directory, 'stdout');
  phase = 'open';
  recorded = undefined;
  logged = [];
  taker = await OutputTaker.start();
  client = new ServerClient(taker.url, () => 'credential');
  const known = () => (phase === undefined ? undefined : { phase, path: () => file, recorded: () => (recorded === undefined ? undefined : { bytes: recorded, tail: '', truncated: true }) });
  sender = new OutputSender({ output: (id) => (id === ID ? known() : undefined) }, (_level, message, details) => void logged.push(`${message} ${JSON.stringify(details)}`), 2);
  session = new AbortController();
});

afterEach(async () => {
  session.abort();
  await waitUntil('every transfer is over', () => sender.active === 0);
  await client.close();
  await taker.stop();
  rmSync(directory, { recursive: true, force: true });
});

function frame(more: Partial<OutputFrame> = {}): OutputFrame {
  return { kind: 'output', session: 1, requestId: randomUUID(), executionId: ID, stream: 'stdout', from: 0, follow: false, ...more };
}

/** Asks, and waits until the answer begins to come. */
async function ask(more: Partial<OutputFrame> = {}): Promise<Taken & { answered: Promise<void> }> {
  const n = taker.taken.length;
  const answered = sender.answer(frame(more), client, '/api/v1/agents/local', session.signal);
  const taken = await waitUntil('something comes', () => taker.taken[n]);
  return { ...taken, answered };
}

async function refusal(more: Partial<OutputFrame> = {}): Promise<OutputRefusal['code']> {
  const { request, body } = await ask(more);
  expect(request.headers['content-type']).toBe('application/json');
  return (JSON.parse(String(await body)) as OutputRefusal).code;
}

describe('an output that is sent', () => {
  it('is the bytes of the file, chunked, with their number beside them', async () => {
    const content = randomBytes(300_001);
    writeFileSync(file, content);
    const { request, body } = await ask({ from: 1 });
    expect(request.url).toMatch(/^\/api\/v1\/agents\/local\/outputs\/[0-9a-f-]{36}$/);
    expect(request.headers).toMatchObject({ 'transfer-encoding': 'chunked', 'x-kiroku-length': '300000', 'x-kiroku-state': 'running', authorization: 'Bearer credential' });
    expect((await body) as Buffer).toEqual(content.subarray(1));
  });

  it('may be empty, or not be there yet', async () => {
    expect(await (await ask()).body).toEqual(Buffer.alloc(0));
    writeFileSync(file, '');
    phase = 'ended';
    recorded = 0;
    const { request, body } = await ask();
    expect([request.headers['x-kiroku-length'], request.headers['x-kiroku-state'], String(await body)]).toEqual(['0', 'ended', '']);
  });

  it('ends where the result says that it ends, whoever wrote on', async () => {
    writeFileSync(file, 'job and child');
    phase = 'ended';
    recorded = 3;
    expect(String(await (await ask()).body)).toBe('job');
    phase = 'forgotten';
    recorded = undefined;
    expect(String(await (await ask({ until: 7 })).body)).toBe('job and');
  });

  it('is not read ahead of whoever takes it', async () => {
    writeFileSync(file, '');
    truncateSync(file, 64 * 1024 * 1024);
    taker.isLazy = true;
    const { request, answered } = await ask();
    const before = process.memoryUsage().arrayBuffers;
    await waitUntil('the socket is full', () => request.readableLength > 0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    let got = 0;
    for await (const chunk of request) got += (chunk as Buffer).length;
    taker.taken[0]?.response.writeHead(200).end();
    await answered;
    expect(got).toBe(64 * 1024 * 1024);
  });
});

describe('an output that is followed', () => {
  it('begins before there is a file, and ends when the execution has ended', async () => {
    const { request, body, count } = await ask({ follow: true });
    expect([request.headers['x-kiroku-length'], request.headers['x-kiroku-state']]).toEqual([undefined, 'running']);
    writeFileSync(file, 'one ');
    await waitUntil('it comes', () => count() === 4);
    appendFileSync(file, 'two ');
    await waitUntil('it comes', () => count() === 8);
    appendFileSync(file, 'three');
    phase = 'ended';
    recorded = 13;
    expect(String(await body)).toBe('one two three');
  });

  it('waits for the result to say how much counts, once there is one', async () => {
    writeFileSync(file, 'job');
    const { body, count } = await ask({ follow: true });
    await waitUntil('it comes', () => count() === 3);
    phase = 'ending';
    appendFileSync(file, ' and child');
    sender.nudge();
    // Forgotten in the same moment: the end was seen before.
    recorded = 3;
    phase = 'ended';
    sender.nudge();
    phase = 'forgotten';
    recorded = undefined;
    expect(String(await body)).toBe('job');
  });

  it('is refused when there is nothing to follow any more', async () => {
    phase = 'forgotten';
    expect(await refusal({ follow: true })).toBe('execution-ended');
  });
});

describe('an output that breaks', () => {
  it('because the file loses bytes comes to no proper end', async () => {
    writeFileSync(file, '0123456789');
    const { body, count } = await ask({ follow: true });
    await waitUntil('it comes', () => count() === 10);
    truncateSync(file, 5);
    expect(await body).toBe('cut');
    await waitUntil('it is logged', () => logged.some((line) => line.includes('5 bytes')));
  });

  it.each([['the session ends', () => session.abort()], ['the server hangs up', () => taker.taken[0]?.request.destroy()]])('because %s leaves nothing behind', async (_, end) => {
    writeFileSync(file, 'x');
    const { body, answered, count } = await ask({ follow: true });
    await waitUntil('it comes', () => count() === 1);
    end();
    await answered;
    expect([await body, sender.active]).toEqual(['cut', 0]);
  });
});

describe('an output that cannot be sent', () => {
  it('is refused by name: unknown, removed, shorter, cut', async () => {
    expect(await refusal({ executionId: 'run~job~2' })).toBe('not-known');
    phase = 'forgotten';
    expect(await refusal()).toBe('removed');
    writeFileSync(file, 'abc');
    expect(await refusal({ from: 4 })).toBe('output-shorter');
    expect(await refusal({ until: 5 })).toBe('unreadable');
  });

  it('is refused when a job put something else in its place: no link is followed, and no FIFO waited for', async () => {
    writeFileSync(join(directory, 'secret'), 'secret');
    symlinkSync(join(directory, 'secret'), file);
    expect(await refusal()).toBe('unreadable');
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(await refusal()).toBe('unreadable');
  });

  it('is the ninth at a time', async () => {
    const eight = [];
    for (let n = 0; n < 8; n += 1) eight.push(await ask({ follow: true }));
    expect(await refusal()).toBe('too-many-transfers');
    phase = 'ended';
    recorded = 0;
    sender.nudge();
    await Promise.all(eight.map(({ answered }) => answered));
    expect(sender.active).toBe(0);
  });
});
