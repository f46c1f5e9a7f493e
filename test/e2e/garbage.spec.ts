import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { problem } from '#protocol/problem';
import { Deployment } from '../support/deployment.js';
import { RawConnection } from '../support/raw-connection.js';
import { randomFrom, seedOfRun } from '../support/random.js';
import { waitFor } from '../support/wait-for.js';

const seed = seedOfRun();

let here: Deployment;
let pid: number;

beforeAll(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
  await here.api.define('A', 'jobnet: A\njobs:\n  A1: { agent: local, command: "true" }\n');
  pid = here.server?.pid ?? 0;
}, 120_000);

afterAll(() => here.destroy(), 60_000);

/** Whatever came in: the same process serves, its agent is still connected, and a run goes through. */
afterEach(async () => {
  expect(here.server?.isAlive).toBe(true);
  expect(here.server?.pid).toBe(pid);
  await here.status(await here.api.start('A'), 'succeeded');
  expect(await here.api.agents()).toMatchObject([{ name: 'local', state: 'connected' }]);
}, 60_000);

const token = () => readFileSync(join(here.data, 'operator.token'), 'utf8').trim();
const request = (line: string, ...headers: string[]) => [line, 'host: x', ...headers, '', ''].join('\r\n');

async function answerTo(bytes: string | Uint8Array): Promise<string> {
  return (await RawConnection.to(here.port)).sayAll(bytes);
}

/** Each answer in what came back on one connection: its status, and its body when it is a problem document. */
function answersIn(text: string): { status: number; code?: string }[] {
  return text.split(/(?=HTTP\/1\.1 \d{3} )/).filter((part) => part !== '').map((part) => {
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(part)?.[1]);
    if (!/content-type: application\/problem\+json/i.test(part)) return { status };
    const document = problem.parse(JSON.parse(part.slice(part.indexOf('\r\n\r\n') + 4)));
    expect(document.status).toBe(status);
    return { status, code: document.code };
  });
}

describe('what is no HTTP', () => {
  /** The beginning of a real hello: record header, handshake, version, random. */
  const tlsHello = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), createHash('sha512').update('random').digest(), Buffer.alloc(437)]);

  it.each<[string, string | Uint8Array]>([
    ['a TLS hello', tlsHello],
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['zero bytes', Buffer.alloc(10_000)],
    ['a request of a version that is none', 'GET /healthz HTTP/9.9\r\n\r\n'],
    ['a header without a name', request('GET /healthz HTTP/1.1', ': x')],
    ['a header with a zero byte in it', request('GET /healthz HTTP/1.1', 'x: a\0b')],
    ['two lengths', request('POST /api/v1/jobnets/A/runs HTTP/1.1', 'content-length: 2', 'content-length: 3') + '{}'],
    ['a length and chunks, as smugglers do', request('POST /api/v1/jobnets/A/runs HTTP/1.1', 'content-length: 2', 'transfer-encoding: chunked') + '{}'],
    ['a length that is no number', request('POST /api/v1/jobnets/A/runs HTTP/1.1', 'content-length: -1')],
    ['chunks of a size that is none', request('POST /api/v1/jobnets/A/runs HTTP/1.1', `authorization: Bearer x`, 'transfer-encoding: chunked') + 'zz\r\n'],
  ])('is answered as such: %s', async (_what, bytes) => {
    const answers = answersIn(await answerTo(bytes));
    expect(answers.at(-1)).toEqual({ status: 400, code: 'malformed-request' });
  });

  it('is answered as such when its headers are too large', async () => {
    expect(answersIn(await answerTo(request('GET /healthz HTTP/1.1', `x: ${'y'.repeat(40_000)}`)))).toEqual([{ status: 431, code: 'malformed-request' }]);
    expect(answersIn(await answerTo(`GET /${'y'.repeat(40_000)}`))).toEqual([{ status: 431, code: 'malformed-request' }]);
  });

  it('is refused when it is random', async () => {
    const random = randomFrom(seed);
    for (let time = 0; time < 200; time += 1) {
      const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 2_000) }, () => Math.floor(random() * 256));
      for (const { status } of answersIn(await answerTo(bytes))) expect({ seed, time, status }).toEqual({ seed, time, status: 400 });
    }
  });
});

describe('a request that is not whole', () => {
  it.each<[string, string]>([
    ['half a line', 'GET /heal'],
    ['half its headers', 'GET /healthz HTTP/1.1\r\nhost: x\r\nauth'],
    ['half its body', request('POST /api/v1/jobnets/A/runs HTTP/1.1', 'content-type: application/json', 'content-length: 100') + '{"reason":'],
    ['half a chunk', request('POST /api/v1/jobnets/A/runs HTTP/1.1', 'content-type: application/json', 'transfer-encoding: chunked') + '50\r\n{"rea'],
  ])('because its connection ended after %s is no command', async (_what, bytes) => {
    const events = (await here.api.events('?type=RunStarted')).length;
    const authorized = bytes.replace('host: x\r\n', `host: x\r\nauthorization: Bearer ${token()}\r\n`);
    for (const { status } of answersIn(await answerTo(authorized))) expect(status).toBeGreaterThanOrEqual(400);
    expect(await here.api.events('?type=RunStarted')).toHaveLength(events);
  });

  it('keeps nobody else from being served, however many of them wait', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => RawConnection.to(here.port)));
    slow.forEach((connection, index) => connection.say(index % 2 === 0 ? 'GET /heal' : request('POST /api/v1/jobnets/A/runs HTTP/1.1', 'content-length: 100') + '{'));
    const begun = performance.now();
    expect((await here.api.request('GET', '/api/v1/runs')).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(5_000);
    slow.forEach((connection) => connection.drop());
  });

  it('is one of a thousand connections that come and go', async () => {
    for (let round = 0; round < 10; round += 1) {
      const connections = await Promise.all(Array.from({ length: 100 }, () => RawConnection.to(here.port)));
      connections.forEach((connection, index) => {
        if (index % 3 === 1) connection.say('GET /api/v1/runs HTTP/1.1\r\n');
        if (index % 3 === 2) connection.say(request('GET /api/v1/runs HTTP/1.1', `authorization: Bearer ${token()}`));
        connection.drop();
      });
    }
  });
});

describe('requests behind one another on one connection', () => {
  const statusesOf = async (bytes: string) => answersIn(await answerTo(bytes)).map(({ status }) => status);

  it('are all answered when each is one', async () => {
    expect(await statusesOf(request('GET /healthz HTTP/1.1').repeat(20))).toEqual(Array(20).fill(200));
  });

  it('end at the one that is none, and what stands behind it is not done', async () => {
    const runs = (await here.api.events('?type=RunStarted')).length;
    const start = `${request('POST /api/v1/jobnets/A/runs HTTP/1.1', `authorization: Bearer ${token()}`, 'content-type: application/json', 'content-length: 2')}{}`;
    for (const status of await statusesOf(`${request('GET /healthz HTTP/1.1')}\x01\x02 nonsense\r\n\r\n${start}`)) expect([200, 400]).toContain(status);
    expect(await here.api.events('?type=RunStarted')).toHaveLength(runs);
  });

  it('are not made of a body that is longer than it says', async () => {
    const runs = (await here.api.events('?type=RunStarted')).length;
    const start = request('POST /api/v1/jobnets/A/runs HTTP/1.1', `authorization: Bearer ${token()}`, 'content-type: application/json', 'content-length: 2');
    for (const status of await statusesOf(`${start}{}{"reason":"too long"}\r\n\r\n`)) expect([201, 400]).toContain(status);
    expect((await here.api.events('?type=RunStarted')).length).toBeLessThanOrEqual(runs + 1);
  });
});

describe('an agent\'s stream', () => {
  it.each(['0', '999999', '-1', '1e400', 'NaN', '', '1.5', '%00', '9007199254740993'])('is refused for a session that is none: %s', async (session) => {
    const credential = readFileSync(join(here.data, 'agent-local', 'credential'), 'utf8').trim();
    const answer = await fetch(`${here.url}/api/v1/agents/local/dispatches?session=${session}`, { headers: { authorization: `Bearer ${credential}` } });
    expect([400, 409]).toContain(answer.status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(['invalid-request', 'session-over']).toContain(problem.parse(await answer.json()).code);
  });
});

describe('anything on any route', () => {
  const routes: [string, string][] = [
    ['GET', '/api/v1/jobnets'], ['GET', '/api/v1/jobnets/:id'], ['PUT', '/api/v1/jobnets/:id'], ['POST', '/api/v1/jobnets/validate'], ['POST', '/api/v1/jobnets/:id/runs'],
    ['GET', '/api/v1/runs'], ['GET', '/api/v1/runs/:id'], ['GET', '/api/v1/runs/:id/events'], ['POST', '/api/v1/runs/:id/jobs/:id/skip'], ['GET', '/api/v1/runs/:id/jobs/:id/output'],
    ['GET', '/api/v1/running'], ['GET', '/api/v1/events'], ['GET', '/api/v1/agents'], ['GET', '/healthz'], ['GET', '/readyz'], ['POST', '/:id'],
    ['POST', '/api/v1/agents/:id/sessions'], ['POST', '/api/v1/agents/:id/reports'], ['GET', '/api/v1/agents/:id/dispatches'],
  ];
  const id = fc.oneof({ weight: 2, arbitrary: fc.constantFrom('A', 'A1', 'local', 'B', '..', '%00', '%', '%ff', '__proto__') }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map(encoded) });
  const path = fc.constantFrom(...routes).chain(([method, template]) => fc.tuple(fc.constant(method), fc.array(id, { minLength: 2, maxLength: 2 }).map((ids) => ids.reduce((made, each) => made.replace(':id', each), template))));
  const words = fc.constantFrom('reason', 'expect', 'state', 'parameters', 'jobnet', 'jobs', 'command', 'agent', 'after', 'session', 'reports', 'executionId', 'runId', 'jobId', 'sequence', 'inventory', 'receipt', '__proto__', 'toString');
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, fc.string({ unit: 'binary' }), fc.constantFrom('A', 'A1', 'local', 'x', 'run~job~1', 'finished', '2026-01-01T00:00:00.000Z'), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(words, tie('any'), { maxKeys: 5 })),
  })).any;
  const body = fc.oneof(value.map((each) => JSON.stringify(each) ?? ''), fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }), fc.constantFrom('', '{', '[]', 'null', '- a\n- *b', '&a [*a]', '%YAML 9.9\n---\n', '\u{FEFF}{}', '"'.repeat(1_000), '['.repeat(5_000)));
  const type = fc.constantFrom('application/json', 'application/yaml', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'x', 'application/json; charset=utf-16');
  const query = fc.oneof(fc.constant(''), fc.dictionary(fc.constantFrom('limit', 'cursor', 'status', 'jobnet', 'type', 'stream', 'since', 'actor', 'session'), fc.string({ unit: 'binary', maxLength: 20 }), { maxKeys: 3 }).map((pairs) => `?${Object.entries(pairs).map(([name, each]) => `${name}=${encoded(each)}`).join('&')}`));
  const headers = fc.dictionary(fc.constantFrom('idempotency-key', 'accept', 'x-forwarded-for', 'content-encoding'), fc.constantFrom('x', 'y'.repeat(300), '*/*', 'application/x-ndjson', 'gzip'), { maxKeys: 2 });

  it('is answered as documented', async () => {
    process.stderr.write(`garbage on every route: KIROKU_SEED=${seed}\n`);
    const files = ['operator.token', 'agent.token', 'agent-local/credential'];
    const tokens = [...files.map((file) => readFileSync(join(here.data, file), 'utf8').trim()), 'nonsense'];
    await fc.assert(fc.asyncProperty(path, query, body, type, headers, fc.constantFrom(tokens[0]!, tokens[0]!, ...tokens), async ([method, where], search, text, kind, more, bearer) => {
      const answer = await fetch(`${here.url}${where}${search}`, {
        method, headers: { authorization: `Bearer ${bearer}`, ...(method === 'GET' ? {} : { 'content-type': kind }), ...more }, ...(method === 'GET' ? {} : { body: text }),
      });
      const received = await answer.text();
      if (answer.status < 300) return;
      expect(answer.status >= 400 && (answer.status < 500 || answer.status === 503)).toBe(true);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(problem.parse(JSON.parse(received)).status).toBe(answer.status);
    }), { seed, numRuns: 1_500 });
    await waitFor('it still serves', async () => (await here.api.request('GET', '/healthz')).status === 200);
  }, 180_000);
});

/** Percent-encoded; lone halves of surrogate pairs, which no URL can hold, as what they are replaced by. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}
