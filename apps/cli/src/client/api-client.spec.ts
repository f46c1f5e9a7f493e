import { FakeServer, problem } from '../testing/fake-server.js';
import { ApiClient, apiPath } from './api-client.js';

let server: FakeServer;
let api: ApiClient;

beforeEach(async () => {
  server = await FakeServer.start();
  api = new ApiClient({ url: server.url, token: 't0', searched: 'looked here' }, 5000);
});
afterEach(() => server.stop());

const command = { method: 'POST', path: '/api/v1/x', body: '{}', contentType: 'application/json' } as const;

describe('a command', () => {
  it('is sent with token, key and type', async () => {
    server.on('POST /x', { body: { position: '1' } });
    await api.send(command, []);
    expect(server.seen[0]!.headers).toMatchObject({ authorization: 'Bearer t0', 'content-type': 'application/json', 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('is repeated under the same key when its answer is lost', async () => {
    server.on('POST /x', 'break', 'half', { body: { position: '7' } });
    await expect(api.send(command, [])).resolves.toMatchObject({ view: { position: '7' } });
    expect(new Set(server.seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(server.seen).toHaveLength(3);
  });

  it('names its key when nobody ever answers', async () => {
    server.on('POST /x', 'break');
    await expect(api.send({ ...command, idempotencyKey: 'k1' }, [])).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('--idempotency-key k1') });
  });

  it('is not repeated when it was refused', async () => {
    server.on('POST /x', problem(409, 'wrong-state', 'A1 has finished'));
    await expect(api.send(command, [])).rejects.toMatchObject({ exitCode: 1, message: 'A1 has finished (wrong-state)' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a question', () => {
  it('without an answer in time counts as unreachable', async () => {
    server.on('GET /x', 'silence');
    await expect(new ApiClient({ url: server.url, searched: '' }, 100).get('/api/v1/x', [])).rejects.toMatchObject({ exitCode: 3 });
  });

  it('is unreachable where nobody listens, and says that nothing arrived', async () => {
    await server.stop();
    await expect(api.get('/api/v1/x', [])).rejects.toMatchObject({ exitCode: 3, arrived: 'no', message: expect.stringContaining('connection refused') });
    server = await FakeServer.start();
  });

  it('leaves out filters that are not given', async () => {
    server.on('GET /x', { body: {} });
    await api.get('/api/v1/x', [], { jobnet: 'A,B', status: undefined, limit: 3 });
    expect(server.seen[0]!.query).toEqual({ jobnet: 'A,B', limit: '3' });
  });

  it('says where the token was looked for when it is refused', async () => {
    server.on('GET /x', problem(401, 'unauthorized', 'no such token'));
    await expect(api.get('/api/v1/x', [])).rejects.toThrow('no such token (unauthorized); looked here');
  });

  it.each<[string, Parameters<FakeServer['on']>[1]]>([
    ['HTML', { type: 'text/html', body: '<html>\n<b>hello</b>' }],
    ['half of a document', { body: '{"items":[' }],
    ['a list that is none', { body: { items: 3 } }],
    ['an array', { body: [] }],
    ['nothing', { body: '' }],
    ['a failure in HTML', { status: 500, type: 'text/html', body: '<h1>Oops</h1>' }],
    ['a failure in JSON that is no problem document', { status: 500, body: { error: 'x' } }],
    ['another address', { status: 302, body: '' }],
  ])('takes %s for garbage, in one line', async (_, reply) => {
    server.on('GET /x', reply);
    const failure: Error = await api.get<{ items: string[] }>('/api/v1/x', ['items']).then(() => new Error('it was taken'), (error: Error) => error);
    expect(failure).toMatchObject({ exitCode: 1 });
    expect(failure.message).toMatch(/answered \d+/);
    expect(failure.message).not.toContain('\n');
  });
});

describe('a list', () => {
  it('is joined from all its pages', async () => {
    server.on('GET /x', ({ query }) => ({ body: query['cursor'] === undefined ? { items: [1], next: 'c2' } : { items: [2] } }));
    const list = await api.list<number>('/api/v1/x', { jobnet: 'A' }, true);
    expect(list.view).toEqual({ items: [1, 2] });
    expect(JSON.parse(list.raw)).toEqual({ items: [1, 2] });
    expect(server.seen.map(({ query }) => query)).toEqual([{ jobnet: 'A', limit: '1000' }, { jobnet: 'A', limit: '1000', cursor: 'c2' }]);
  });

  it('ends when a server answers the same page for ever', async () => {
    server.on('GET /x', { body: { items: [1], next: 'c2' } });
    await expect(api.list('/api/v1/x', {}, true)).rejects.toThrow('the same page for ever');
  });
});

describe('a path', () => {
  it('escapes ids', () => expect(apiPath`/runs/${'a/b?c'}/jobs/${'ü'}`).toBe('/api/v1/runs/a%2Fb%3Fc/jobs/%C3%BC'));
  it.each(['', '.', '..'])('refuses "%s" as an id', (id) => expect(() => apiPath`/runs/${id}`).toThrow(expect.objectContaining({ exitCode: 2 })));
});
