import fc from 'fast-check';
import { BusyServer, PEOPLE, type Scene } from '../../test-support/busy-server.js';
import { type Answered, DocumentedApi, type Operation, type Parameter } from '../../test-support/openapi/documented-api.js';
import { type Schema, SchemaValues } from '../../test-support/openapi/schema-values.js';
import { closeServers } from '../../test-support/server-under-test.js';

/** Printed with every failure; set KIROKU_SEED to see one again. */
const SEED = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);

/** A server waits for a position that is far ahead: once is enough (below). */
const FAR_AHEAD = new Set(['servedUpTo', 'position']);

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

let busy: BusyServer;
let api: DocumentedApi;

beforeAll(async () => {
  busy = await BusyServer.start();
  api = new DocumentedApi((await busy.server.request('GET', '/api/docs-json', { token: null })).body);
});

afterAll(closeServers);

/** Streams go on for ever: their beginning is their answer. */
async function ask({ method, url, headers, body }: Sent): Promise<Answered> {
  const leave = new AbortController();
  const answer = await fetch(`${busy.url}${url}`, { method, headers, signal: leave.signal, ...(body === undefined ? {} : { body }) });
  const type = answer.headers.get('content-type') ?? '';
  const isEndless = type.startsWith('text/event-stream') || (answer.status === 200 && /[?&]follow=true/.test(url));
  const text = isEndless ? await beginningOf(answer) : await answer.text();
  if (isEndless) leave.abort();
  return { status: answer.status, type, text };
}

async function beginningOf({ body, headers }: Response): Promise<string> {
  if (!(headers.get('content-type') ?? '').startsWith('text/event-stream')) return '';
  const chunk = await body?.getReader().read();
  return new TextDecoder().decode(chunk?.value as Uint8Array | undefined);
}

function keyOf(path: string, name: string): string {
  const [, noun = ''] = new RegExp(`([a-z]+)/\\{${name}\\}`).exec(path) ?? [];
  return `${noun}/${name}`;
}

function filled(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

const inside = (operation: Operation, where: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === where);

/** Every way to fill the path from what is there. */
function knownPaths(operation: Operation, scene: Scene): string[] {
  const filledIn = inside(operation, 'path').reduce<Record<string, string>[]>((so, { name }) => {
    const values = scene.paths[keyOf(operation.path, name)];
    if (values === undefined) throw new Error(`nothing is known for {${name}} of ${operation.path}`);
    return so.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  }, [{}]);
  return filledIn.map((values) => filled(operation.path, values));
}

function bodyOf(operation: Operation): { type: string; schema: Schema } | undefined {
  const contents = Object.entries(operation.requestBody?.content ?? {});
  const [type, { schema } = { schema: {} }] = contents.find(([each]) => each === 'application/json') ?? contents[0] ?? [];
  return type === undefined ? undefined : { type, schema };
}

/** The least that should succeed, one request for every path. */
function plainRequests(operation: Operation, scene: Scene, who: string): Sent[] {
  const values = new SchemaValues(api.components, scene.known, FAR_AHEAD);
  const body = bodyOf(operation);
  const query = inside(operation, 'query').filter(({ required }) => required).map(({ name, schema }) => `${name}=${encodeURIComponent(String(sample(values.plain({ type: 'object', properties: { [name]: schema }, required: [name] }), name)))}`);
  const token = scene.tokens[who];
  return knownPaths(operation, scene).map((path) => ({
    method: operation.method, url: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': body.type }) },
    body: body === undefined ? undefined : JSON.stringify(fc.sample(values.plain(body.schema), { numRuns: 1, seed: SEED })[0]),
  }));
}

function sample(values: fc.Arbitrary<unknown>, name: string): unknown {
  return (fc.sample(values, { numRuns: 1, seed: SEED })[0] as Record<string, unknown>)[name];
}

const isForAgents = ({ security }: Operation) => security.some(({ token }) => token.includes('agent'));
const whoMay = (operation: Operation) => (isForAgents(operation) ? 'agent' : 'admin');

/** A dot or two would be another path before they left us. */
const junk = fc.oneof(fc.constantFrom('nobody', 'a b', '%00', '__proto__', 'a'.repeat(280)), fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/^\.{1,2}$/.test(text)));

/** Anything between what is right and what is not even JSON, by anybody. */
function anyRequest(operation: Operation, scene: Scene): fc.Arbitrary<Sent> {
  const values = new SchemaValues(api.components, scene.known, FAR_AHEAD);
  const body = bodyOf(operation);
  const path = fc.record(Object.fromEntries(inside(operation, 'path').map(({ name }) => {
    const known = fc.constantFrom(...scene.paths[keyOf(operation.path, name)] ?? []);
    return [name, fc.oneof({ arbitrary: known, weight: 5 }, { arbitrary: junk, weight: 1 })];
  })));
  const query = fc.record(Object.fromEntries(inside(operation, 'query').map(({ name, schema }) => [name, parameter(values, name, schema)])), { requiredKeys: inside(operation, 'query').filter(({ required }) => required).map(({ name }) => name) });
  const accept = fc.constantFrom('*/*', 'image/png', ...Object.values(operation.responses).flatMap(({ content }) => Object.keys(content)));
  const key = fc.option(fc.constantFrom('k', 'k2', 'x'.repeat(201)), { nil: undefined });
  const who = fc.oneof({ arbitrary: fc.constant(whoMay(operation)), weight: 6 }, { arbitrary: fc.constantFrom(...Object.keys(scene.tokens)), weight: 1 });
  const written = body === undefined ? fc.constant(undefined) : writtenBody(values, body.schema);
  const type = fc.oneof({ arbitrary: fc.constant(body?.type ?? 'application/json'), weight: 6 }, { arbitrary: fc.constantFrom('text/plain', 'application/yaml', 'image/png'), weight: 1 });
  return fc.record({ path, query, accept, key, who, written, type }).map((parts): Sent => {
    const search = new URLSearchParams(Object.entries(parts.query).map(([name, value]): [string, string] => [name, String(value)])).toString();
    const token = scene.tokens[parts.who];
    return {
      method: operation.method, url: `${filled(operation.path, parts.path)}${search === '' ? '' : `?${search}`}`, body: parts.written,
      headers: {
        accept: parts.accept, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(parts.key === undefined ? {} : { 'idempotency-key': parts.key }),
        ...(parts.written === undefined ? {} : { 'content-type': parts.type }),
      },
    };
  });
}

/** A position far ahead would be waited for. */
function parameter(values: SchemaValues, name: string, schema: Schema): fc.Arbitrary<unknown> {
  if (name === 'after') return fc.constantFrom('0', '1', '7', '', '-1', 'x', '1e3');
  const fitting = values.valid({ type: 'object', properties: { [name]: schema }, required: [name] }).map((found) => (found as Record<string, unknown>)[name]);
  return fc.oneof({ arbitrary: fitting, weight: 4 }, { arbitrary: fc.string({ maxLength: 10 }), weight: 1 });
}

function writtenBody(values: SchemaValues, schema: Schema): fc.Arbitrary<string | undefined> {
  const json = fc.oneof({ arbitrary: values.valid(schema), weight: 3 }, { arbitrary: values.doubtful(schema), weight: 2 }).map((value) => JSON.stringify(value));
  return fc.oneof({ arbitrary: json, weight: 8 }, { arbitrary: fc.constantFrom('', '{', 'null', '[]', '"', undefined), weight: 1 });
}

async function faultOf(operation: Operation, sent: Sent): Promise<string | undefined> {
  const fault = api.faultOf(operation, await ask(sent));
  return fault === undefined ? undefined : `${sent.method} ${sent.url} ${sent.body?.slice(0, 300) ?? ''}: ${fault} (KIROKU_SEED=${SEED})`;
}

const isSuccess = (status: string | number) => Number(status) < 300;

describe('the document says what the server does', () => {
  it('every operation succeeds as it is declared, in every way that is there', async () => {
    const faults: string[] = [];
    for (const operation of api.operations) {
      const seen = new Set<number>();
      const scene = await busy.sceneFor(operation);
      for (const sent of plainRequests(operation, scene, whoMay(operation))) {
        const answered = await ask(sent);
        seen.add(answered.status);
        const fault = api.faultOf(operation, answered);
        if (fault !== undefined) faults.push(`${sent.method} ${sent.url}: ${fault}`);
      }
      if (![...seen].some(isSuccess)) faults.push(`${operation.operationId} never succeeded: ${[...seen].join(', ')} (KIROKU_SEED=${SEED})`);
    }
    expect(faults).toEqual([]);
  }, 120_000);

  it('nothing that anybody sends gets an answer that is not declared', async () => {
    for (const operation of api.operations) {
      const scene = await busy.sceneFor(operation);
      await fc.assert(fc.asyncProperty(anyRequest(operation, scene), async (sent) => {
        const fault = await faultOf(operation, sent);
        if (fault !== undefined) throw new Error(fault);
      }), { seed: SEED, numRuns: 25, endOnFailure: true });
    }
  }, 240_000);

  it('who may and who may not is as the document has it', async () => {
    const faults: string[] = [];
    for (const operation of api.operations) {
      const scene = await busy.sharedScene(operation);
      for (const who of Object.keys(scene.tokens)) {
        const [sent] = plainRequests(operation, scene, who);
        const answered = await ask(sent!);
        const expected = mayCall(operation, who);
        const refused = answered.status === 401 ? 'unknown' : answered.status === 403 ? 'forbidden' : 'in';
        if (refused !== expected) faults.push(`${operation.operationId} as ${who}: ${answered.status}, where the document says ${expected}`);
        const fault = api.faultOf(operation, answered);
        if (fault !== undefined) faults.push(`${operation.operationId} as ${who}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);

  it('a body that is too large, and one of a kind that nobody reads, are refused as declared', async () => {
    const faults: (string | undefined)[] = [];
    for (const operation of api.operations.filter(({ requestBody }) => requestBody !== undefined)) {
      const [sent] = plainRequests(operation, await busy.sharedScene(operation), whoMay(operation));
      const large = await ask({ ...sent!, body: JSON.stringify({ reason: 'x'.repeat(5 * 1024 * 1024) }) });
      const strange = await ask({ ...sent!, headers: { ...sent!.headers, 'content-type': 'image/png' } });
      faults.push(api.faultOf(operation, large), api.faultOf(operation, strange));
      expect([large.status, strange.status]).toEqual([413, 415]);
    }
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  }, 120_000);

  it('what was not folded in time is 503, as declared', async () => {
    const operation = api.operations.find(({ path }) => path === '/api/v1/runs')!;
    const { admin } = (await busy.sharedScene(operation)).tokens;
    const answered = await ask({ method: 'GET', url: '/api/v1/runs?after=99999999', headers: { authorization: `Bearer ${admin}` }, body: undefined });
    expect(answered.status).toBe(503);
    expect(api.faultOf(operation, answered)).toBeUndefined();
  });

  it('while the store is away, every answer is declared too', async () => {
    const faults: string[] = [];
    let unavailable = 0;
    for (const operation of api.operations) {
      const [sent] = plainRequests(operation, await busy.sharedScene(operation), whoMay(operation));
      busy.server.store.unavailable = true;
      const answered = await ask(sent!);
      busy.server.store.unavailable = false;
      if (answered.status === 503) unavailable += 1;
      const fault = api.faultOf(operation, answered);
      if (fault !== undefined) faults.push(`${sent!.method} ${sent!.url}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(unavailable).toBeGreaterThan(5);
  }, 120_000);

  it('which this test would notice', async () => {
    const operation = api.operations.find(({ operationId }) => operationId === 'runs_show')!;
    const scene = await busy.sharedScene(operation);
    const answered = await ask(plainRequests(operation, scene, 'viewer')[0]!);
    const run = JSON.parse(answered.text) as Record<string, unknown>;
    const said = (body: unknown, status = 200) => api.faultOf(operation, { ...answered, status, text: JSON.stringify(body) });
    expect(said(run)).toBeUndefined();
    expect(said({ ...run, more: 1 })).toMatch(/additional properties/);
    expect(said({ ...run, status: 'walking' })).toMatch(/allowed values/);
    expect(said({ ...run, startedAt: 'yesterday' })).toMatch(/date-time/);
    expect(said(run, 202)).toMatch(/not declared/);
    expect(api.faultOf(operation, { ...answered, type: 'text/html' })).toMatch(/not declared as text\/html/);
    expect(api.faultOf(operation, { status: 404, type: 'application/problem+json', text: JSON.stringify({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'x', code: 'gone-fishing' }) })).toMatch(/gone-fishing/);
  });
});

function mayCall({ security }: Operation, who: string): 'in' | 'forbidden' | 'unknown' {
  const roles = security.flatMap(({ token }) => token);
  if (roles.length === 0 || roles.includes(who)) return 'in';
  if (['nobody', 'stranger', 'revoked'].includes(who)) return 'unknown';
  const rank = PEOPLE.indexOf(who as 'admin');
  return rank >= 0 && roles.some((needed) => rank <= PEOPLE.indexOf(needed as 'admin')) ? 'in' : 'forbidden';
}
