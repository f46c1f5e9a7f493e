import { jobnetView, type CommandAnswer, type JobnetView, type List } from '#protocol/api';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
});

afterEach(closeServers);

const put = (id: string, body: string, headers = {}) => server.request<CommandAnswer>('PUT', `/api/v1/jobnets/${id}`, { body, headers });

describe('a definition', () => {
  it('is 201 the first time and 200 later, with its version', async () => {
    const revised = CHAIN.replace('./extract.sh', './extract-2.sh');
    const answers = [await put('A', CHAIN), await put('A', revised), await put('A', revised)];
    expect(answers.map(({ status, body }) => [status, body.version])).toEqual([[201, 1], [200, 2], [200, 2]]);
    expect(answers[2]?.body.position).toBe(answers[1]?.body.position);
    expect(await server.store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
  });

  it('under an Idempotency-Key that is sent again is answered as the first time, and does not undo what came since', async () => {
    const key = { 'idempotency-key': 'release-7' };
    const first = await put('A', CHAIN, key);
    await put('A', CHAIN.replace('./extract.sh', './extract-2.sh'));
    const again = await put('A', CHAIN, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await server.store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
    expect((await put('A', CHAIN.replace('./extract.sh', './extract-3.sh'), key)).status).toBe(422);
  });

  it('may be JSON, read as text so that its faults have a place', async () => {
    const json = { 'content-type': 'application/json' };
    expect((await put('J', JSON.stringify({ jobnet: 'J', jobs: { J1: { command: 'x', agent: 'local' } } }), json)).status).toBe(201);
    const { status, body } = await server.request('PUT', '/api/v1/jobnets/J', { body: '{\n  "jobnet": "J",\n  "jobs": {}\n}', headers: json });
    expect(status).toBe(400);
    expect(body.faults?.[0]?.line).toBe(3);
  });

  it('with faults is 400 with all of them, each with line and column, and changes nothing', async () => {
    const { status, body } = await server.request('PUT', '/api/v1/jobnets/A', { body: 'jobnet: A\njobs:\n  A1: { comand: x, agent: local }\n  A2: { command: x, agent: local, after: A9 }\n' });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-definition' });
    expect(body.detail).toMatch(/^line 3, column \d+: .*\(and \d+ more\)$/);
    expect(body.faults?.map(({ line }) => line)).toEqual(expect.arrayContaining([3, 4]));
    expect(await server.store.typesOn('jobnet-')).toEqual([]);
  });

  it('that is no YAML, empty, or no text at all is 400', async () => {
    expect((await put('A', 'jobnet: [A\n')).status).toBe(400);
    expect((await put('A', '')).status).toBe(400);
    expect((await server.request('PUT', '/api/v1/jobnets/A')).status).toBe(400);
  });

  it('of another jobnet than the route names is 400', async () => {
    const { status, body } = await server.request('PUT', '/api/v1/jobnets/B', { body: CHAIN });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'wrong-jobnet' });
  });

  it('that is only validated is answered whole, and not recorded', async () => {
    const { status, body } = await server.request<{ valid: boolean; definition: JobnetView['definition'] }>('POST', '/api/v1/jobnets/validate', { body: CHAIN });
    expect({ status, valid: body.valid, jobs: body.definition.jobs.map(({ id }) => id) }).toEqual({ status: 200, valid: true, jobs: ['A1', 'A2'] });
    expect((await server.request('POST', '/api/v1/jobnets/validate', { body: 'jobnet: A\n' })).status).toBe(400);
    expect(await server.store.typesOn('jobnet-')).toEqual([]);
  });
});

describe('the jobnets', () => {
  it('are shown as they are now, with who defined them when', async () => {
    await put('A', CHAIN);
    await put('A', CHAIN.replace('./extract.sh', './extract-2.sh'));
    const shown = jobnetView.parse(await server.read('/api/v1/jobnets/A'));
    expect(shown).toMatchObject({ jobnet: 'A', version: 2, revision: 1, definedBy: { kind: 'operator', id: 'admin' } });
    expect(shown.definition.jobs[0]?.command).toBe('./extract-2.sh');
  });

  it('are listed in the order in which they were first defined, page by page', async () => {
    await put('S', SINGLE);
    await put('A', CHAIN);
    await put('S', SINGLE.replace('./one', './two'));
    const page = await server.read<List<JobnetView>>('/api/v1/jobnets?limit=1');
    expect(page).toMatchObject({ items: [{ jobnet: 'S', version: 2 }], next: 'S' });
    const next = await server.read<List<JobnetView>>('/api/v1/jobnets?limit=1&cursor=S');
    expect(next.items.map(({ jobnet }) => jobnet)).toEqual(['A']);
    expect(next.next).toBeUndefined();
  });
});
