import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventView, RunView } from '#protocol/api';
import { type Problem, problem } from '#protocol/problem';
import { Api } from '../support/api.js';
import { Deployment } from '../support/deployment.js';
import { runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let finished: string;
let open: string;
let pid: number;
let before: EventView[];

const good = 'jobnet: A\njobs:\n  A1: { agent: local, command: "true" }\n';
const cyclic = 'jobnet: C\njobs:\n  A1: { command: x, agent: local, after: A3 }\n  A2: { command: x, agent: local, after: A1 }\n  A3: { command: x, agent: local, after: [A2] }\n';

/** What happened to jobnets, runs and agents. That a token was used, and that a command was refused, is on record beside it. */
async function domainEvents(): Promise<EventView[]> {
  return (await here.api.events()).filter(({ stream }) => !/^(operator|refusals)-/.test(stream));
}

beforeAll(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
  await here.api.define('A', good);
  await here.api.define('Open', `jobnet: Open\njobs:\n  A1: { agent: local, command: "while [ ! -e ${here.path('release')} ]; do sleep 0.1; done" }\n  A2: { agent: local, command: "true", after: A1 }\n`);
  finished = await here.api.start('A');
  await here.status(finished, 'succeeded');
  open = await here.api.start('Open');
  await here.job(open, 'A1', 'running');
  pid = here.server?.pid ?? 0;
}, 120_000);

afterAll(() => here.destroy(), 60_000);

beforeEach(async () => {
  before = await domainEvents();
});

/** Whatever was asked: the same process still serves, and nothing was changed. */
afterEach(async () => {
  expect(here.server?.isAlive).toBe(true);
  expect(here.server?.pid).toBe(pid);
  expect(await domainEvents()).toEqual(before);
});

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The refusal, checked against the documented form. */
async function refusalOf({ method = 'GET', path, body, headers = {} }: Request, api = here.api): Promise<Problem> {
  const answer = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${operatorToken()}`,
      ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json' }), ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const document = problem.parse(await answer.json());
  expect(document.status).toBe(answer.status);
  expect(document.title).not.toBe('');
  return document;
}

function operatorToken(): string {
  return readFileSync(join(here.data, 'operator.token'), 'utf8').trim();
}

describe('a text that is no jobnet', () => {
  const define = (body: string, jobnet = 'C') => refusalOf({ method: 'PUT', path: `/api/v1/jobnets/${jobnet}`, body });

  it('because its YAML is malformed is refused with the place', async () => {
    const refusal = await define('jobnet: C\njobs:\n  A1: { command: "x, agent: local }\n');
    expect(refusal).toMatchObject({ status: 400, code: 'invalid-definition', detail: expect.stringMatching(/line \d+, column \d+/) as string });
    expect(refusal.faults?.length).toBeGreaterThan(0);
  });

  it('because of keys that nobody knows is refused with all of them, their places, and what would be accepted', async () => {
    const refusal = await define('jobnet: C\nretries: 3\njobs:\n  A1:\n    commnad: x\n    command: x\n    agent: local\n');
    expect(refusal).toMatchObject({ status: 400, code: 'invalid-definition', faults: [
      { code: 'unknown-key', line: 2, column: 1, message: expect.stringContaining('Accepted keys') as string },
      { code: 'unknown-key', line: 5, column: 5, message: expect.stringContaining('did you mean "command"') as string },
    ] });
  });

  it('because its jobs wait for one another is refused with the path of the cycle', async () => {
    expect(await define(cyclic)).toMatchObject({ status: 400, code: 'invalid-definition', detail: expect.stringContaining('A1 → A2 → A3 → A1') as string, faults: [{ code: 'cycle', line: 3, column: 42 }] });
  });

  it('is refused by validate in the same way', async () => {
    expect(await refusalOf({ method: 'POST', path: '/api/v1/jobnets/validate', body: cyclic })).toMatchObject({ status: 400, code: 'invalid-definition', faults: [{ code: 'cycle', line: 3, column: 42 }] });
  });

  it('because it is another jobnet than the address names is refused', async () => {
    expect(await define(good, 'B')).toMatchObject({ status: 400, code: 'wrong-jobnet', detail: expect.stringMatching(/A.*B/) as string });
  });

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['because it is nothing', undefined, {}, 400, 'malformed-request'],
    ['because it is empty', '', {}, 400, 'invalid-definition'],
    ['because it is larger than 1 MiB', `jobnet: C\n#${'x'.repeat(1024 * 1024)}\n`, {}, 400, 'invalid-definition'],
    ['because nobody reads its type', 'x', { 'content-type': 'image/png' }, 415, 'unsupported-media-type'],
  ])('%s is refused', async (_what, body, headers, status, code) => {
    expect(await refusalOf({ method: 'PUT', path: '/api/v1/jobnets/C', body, headers })).toMatchObject({ status, code });
  });
});

describe('a body', () => {
  it.each<[string, string, string]>([
    ['PUT', '/api/v1/jobnets/C', 'application/yaml'],
    ['POST', '/api/v1/jobnets/A/runs', 'application/json'],
    ['POST', '/api/v1/agents/local/reports', 'application/json'],
  ])('of 20 MB is refused: %s %s', async (method, path, type) => {
    expect(await refusalOf({ method, path, body: 'x'.repeat(20_000_000), headers: { 'content-type': type } })).toMatchObject({ status: 413, code: 'body-too-large' });
  });

  it.each<[string, unknown, RegExp]>([
    ['with keys that nobody knows', { reason: 'x', rason: 'y' }, /rason/],
    ['with a value of another type', { reason: 7 }, /reason/],
    ['with an empty reason', { reason: '  ' }, /reason/],
    ['with a parameter that is no name', { parameters: { 'a b': 'x' } }, /parameters/],
    ['with a parameter that is no text', { parameters: { A: { b: 1 } } }, /parameters/],
    ['that is a list', [1], /object/],
  ])('%s is refused, and says where', async (_what, body, detail) => {
    expect(await refusalOf({ method: 'POST', path: '/api/v1/jobnets/A/runs', body })).toMatchObject({ status: 400, code: 'invalid-request', detail: expect.stringMatching(detail) as string });
  });

  it('that is no JSON is refused', async () => {
    const refusal = await refusalOf({ method: 'POST', path: '/api/v1/jobnets/A/runs', body: '{"reason":', headers: { 'content-type': 'application/json' } });
    expect(refusal).toMatchObject({ status: 400, code: 'malformed-request', detail: expect.stringContaining('no JSON') as string });
  });
});

describe('a token', () => {
  it.each<[string, Record<string, string>, string]>([
    ['that is none', { authorization: '' }, 'token-missing'],
    ['that is unknown', { authorization: 'Bearer nonsense' }, 'token-unknown'],
    ['of another scheme', { authorization: 'Basic YTpi' }, 'token-missing'],
    ['with something behind it', { authorization: 'Bearer a b' }, 'token-missing'],
  ])('%s lets nobody in', async (_what, headers, code) => {
    for (const path of ['/api/v1/runs', `/api/v1/runs/${open}/jobs/A1/skip`, '/api/v1/agents/local/reports']) {
      const method = path === '/api/v1/runs' ? 'GET' : 'POST';
      expect(await refusalOf({ method, path, headers, ...(method === 'POST' ? { body: { reason: 'x' } } : {}) })).toMatchObject({ status: 401, code });
    }
  });

  it('of an agent or its enrolment opens no route of operators, and the other way round', async () => {
    const files = [join(here.data, 'agent.token'), join(here.data, 'agent-local', 'credential')];
    for (const file of files) {
      const headers = { authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` };
      expect(await refusalOf({ method: 'POST', path: `/api/v1/runs/${open}/jobs/A1/skip`, body: { reason: 'x' }, headers })).toMatchObject({ status: 403, code: 'forbidden' });
    }
    expect(await refusalOf({ method: 'POST', path: '/api/v1/agents/local/reports', body: { session: 1, reports: [] } })).toMatchObject({ status: 403, code: 'forbidden' });
  });
});

describe('what is not there', () => {
  const strange = ['nothing', 'a'.repeat(200), '%2e%2e%2fetc', '%00', 'a%20b', '-', '%F0%9F%8E%8C', 'run-1', '~', '__proto__', 'constructor'];

  it.each(strange)('is not found, whatever the form of the id: %s', async (id) => {
    expect(await refusalOf({ path: `/api/v1/runs/${id}` })).toMatchObject({ status: 404, code: 'run-not-found' });
    expect(await refusalOf({ path: `/api/v1/runs/${id}/events` })).toMatchObject({ status: 404, code: 'run-not-found' });
    expect(await refusalOf({ method: 'POST', path: `/api/v1/runs/${id}/jobs/A1/skip`, body: { reason: 'x' } })).toMatchObject({ status: 404, code: 'run-not-found' });
    expect(await refusalOf({ method: 'POST', path: `/api/v1/runs/${open}/jobs/${id}/skip`, body: { reason: 'x' } })).toMatchObject({ status: 404, code: 'job-not-found' });
    expect(await refusalOf({ path: `/api/v1/runs/${open}/jobs/${id}/output` })).toMatchObject({ status: 404, code: 'job-not-found' });
    expect(await refusalOf({ path: `/api/v1/jobnets/${id}` })).toMatchObject({ status: 404, code: 'jobnet-not-found' });
    expect(await refusalOf({ method: 'POST', path: `/api/v1/jobnets/${id}/runs`, body: { reason: 'x' } })).toMatchObject({ status: 404, code: 'jobnet-not-found' });
  });

  it.each<[string, string]>([['GET', '/api/v2/runs'], ['GET', '/'], ['PATCH', '/api/v1']])('is a route as well: %s %s', async (method, path) => {
    expect(await refusalOf({ method, path })).toMatchObject({ status: 404, code: 'route-not-found' });
  });

  it.each<[string, string]>([['DELETE', '/api/v1/jobnets/A'], ['POST', '/api/v1/runs'], ['PATCH', '/api/v1/jobnets/A'], ['PUT', '/healthz'], ['OPTIONS', '/api/v1/runs']])('is a method of a route that is: %s %s', async (method, path) => {
    expect(await refusalOf({ method, path })).toMatchObject({ status: 405, code: 'method-not-allowed' });
  });

  it('is output before the result', async () => {
    expect(await refusalOf({ path: `/api/v1/runs/${open}/jobs/A1/output` })).toMatchObject({ status: 404, code: 'no-output' });
  });
});

describe('an intervention', () => {
  const skip = (run: string, job: string, body: unknown) => refusalOf({ method: 'POST', path: `/api/v1/runs/${run}/jobs/${job}/skip`, body });

  it('in a job that has finished is refused, with its state', async () => {
    expect(await skip(finished, 'A1', { reason: 'x' })).toMatchObject({ status: 409, code: 'job-finished', detail: expect.stringContaining('succeeded') as string });
  });

  it('in a job that is not as expected is refused, with what it is', async () => {
    expect(await skip(open, 'A1', { reason: 'x', expect: { state: 'ready' } })).toMatchObject({ status: 409, code: 'not-as-expected', detail: 'A1 is running, not ready' });
    const otherExecution = await skip(open, 'A1', { reason: 'x', expect: { executionId: `${open}~A1~9` } });
    expect(otherExecution).toMatchObject({ status: 409, code: 'not-as-expected', detail: expect.stringContaining(`${open}~A1~1`) as string });
  });

  it('without a reason, or with an expectation that nobody can have, is refused', async () => {
    for (const body of [{}, { reason: '' }, { reason: 'x', expect: { state: 'asleep' } }, { reason: 'x', expect: { stat: 'ready' } }, { reason: 'x', expect: { executionId: '../x' } }]) {
      expect(await skip(open, 'A1', body)).toMatchObject({ status: 400, code: 'invalid-request' });
    }
  });
});

describe('a query', () => {
  it.each(['limit=-1', 'limit=0', 'limit=1001', 'limit=1e99', 'limit=ten', 'limit=1.5', 'after=-1', 'after=x', 'limit=1&limit=2', 'cursor=a&cursor=b'])('with %s is refused by every list', async (query) => {
    for (const list of ['runs', 'running', 'jobnets', 'agents', 'events', `runs/${finished}/events`]) {
      expect(await refusalOf({ path: `/api/v1/${list}?${query}` })).toMatchObject({ status: 400, code: 'invalid-request' });
    }
  });

  it.each(['cursor=x', 'cursor=-1', 'since=yesterday', 'until=2026-02-30T00:00:00Z'])('with %s is refused by the audit trail', async (query) => {
    expect(await refusalOf({ path: `/api/v1/events?${query}` })).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('with a cursor that no page ended with, or one longer than any, is refused', async () => {
    for (const list of ['runs', 'jobnets', 'agents']) expect(await refusalOf({ path: `/api/v1/${list}?cursor=nothing` })).toMatchObject({ status: 400, code: 'invalid-request' });
    for (const list of ['runs', 'running', 'jobnets', 'agents', 'events']) expect(await refusalOf({ path: `/api/v1/${list}?cursor=${'x'.repeat(1_000)}` })).toMatchObject({ status: 400 });
  });

  it('for a position that the log has not reached waits, and is told that it has not come', async () => {
    expect(await refusalOf({ path: '/api/v1/runs?after=99999999999999999999' })).toMatchObject({ status: 503, code: 'not-folded-yet' });
  });
});

describe('a report for an execution that nobody knows', () => {
  it('is stored once, acknowledged each time, and changes no run', async () => {
    const agent = new Api(here.url, () => readFileSync(join(here.data, 'agent-local', 'credential'), 'utf8').trim());
    const { session } = (await here.api.agents())[0]!;
    // Live contact is no fact of a run.
    const allRuns = async () => JSON.parse(JSON.stringify(await here.api.all<RunView>('/api/v1/runs'), (key, value: unknown) => (key === 'lastContactAt' ? undefined : value))) as unknown;
    const runs = await allRuns();
    const lost = { executionId: `${open}~A1~7`, runId: open, jobId: 'A1', sequence: 3, state: 'lost', reason: 'made up' };
    const stray = { ...lost, executionId: 'nobody~A1~1', runId: 'nobody' };
    const send = () => agent.request<{ acknowledged: { executionId: string; receipt: { position: string } }[] }>('POST', '/api/v1/agents/local/reports', { session, reports: [lost, stray] });
    const first = await send();
    expect(first).toMatchObject({ status: 200, body: { acknowledged: [{ executionId: lost.executionId, sequence: 3 }, { executionId: stray.executionId, sequence: 3 }] } });
    expect((await send()).status).toBe(200);
    const unmatched = await here.api.events('?type=ReportUnmatched');
    expect(unmatched).toMatchObject([{ stream: 'agent-local', data: { executionId: expect.anything() as string } }, { stream: 'agent-local' }]);
    expect(new Set(unmatched.map(({ position }) => position))).toEqual(new Set(first.body.acknowledged.map(({ receipt }) => receipt.position)));
    expect(await allRuns()).toEqual(runs);
    expect((await here.api.agents())[0]).toMatchObject({ state: 'connected', session, unmatchedReports: 2 });
    before = await domainEvents();
  });

  it('is refused as a whole when it is none, in another\'s name, or in a session that is over', async () => {
    const headers = { authorization: `Bearer ${readFileSync(join(here.data, 'agent-local', 'credential'), 'utf8').trim()}` };
    const { session = 0 } = (await here.api.agents())[0]!;
    const send = (name: string, body: unknown) => refusalOf({ method: 'POST', path: `/api/v1/agents/${name}/reports`, body, headers });
    expect(await send('local', { session, reports: [{ executionId: '../../x', state: 'finished' }] })).toMatchObject({ status: 400, code: 'invalid-request' });
    expect(await send('local', { session, reports: Array(501).fill({}) })).toMatchObject({ status: 400 });
    expect(await send('other', { session, reports: [] })).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await send('local', { session: session + 1, reports: [] })).toMatchObject({ status: 409, code: 'session-over' });
    expect(await refusalOf({ path: `/api/v1/agents/local/dispatches?session=${session + 1}`, headers })).toMatchObject({ status: 409, code: 'session-over' });
    expect(await refusalOf({ path: `/api/v1/agents/local/dispatches?session=${session}`, headers })).toMatchObject({ status: 409, code: 'session-over' });
    expect(await refusalOf({ path: '/api/v1/agents/local/dispatches?session=x', headers })).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

describe('the command line', () => {
  const kiroku = (...args: string[]) => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
  const fileWith = (name: string, text: string) => {
    writeFileSync(here.path(name), text);
    return here.path(name);
  };

  it('says 0 when it is done', async () => {
    expect(await kiroku('run', 'show', finished)).toMatchObject({ code: 0, stderr: '' });
    expect(await kiroku('jobnet', 'validate', fileWith('good.yaml', good))).toMatchObject({ code: 0 });
  });

  it('says 1 and FILE:LINE:COLUMN for each fault of a jobnet', async () => {
    const file = fileWith('cyclic.yaml', cyclic);
    for (const verb of ['apply', 'validate']) {
      const { code, stdout, stderr } = await kiroku('jobnet', verb, file);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^${file}:3:42: .*A1 → A2 → A3 → A1`));
    }
    const many = await kiroku('jobnet', 'apply', fileWith('unknown.yaml', 'jobnet: C\nretries: 3\njobs:\n  A1: { commnad: x, agent: local }\n'));
    expect(many.code).toBe(1);
    expect(many.stderr.split('\n').filter((line) => /unknown\.yaml:\d+:\d+: /.test(line)).length).toBeGreaterThanOrEqual(2);
    expect(await kiroku('jobnet', 'apply', fileWith('broken.yaml', 'jobnet: C\njobs: {'))).toMatchObject({ code: 1, stderr: expect.stringMatching(/broken\.yaml:\d+:\d+: /) as string });
  });

  it.each<[string, () => string[], RegExp]>([
    ['an unknown run', () => ['run', 'show', 'nothing'], /there is no run nothing \(run-not-found\)/],
    ['an unknown jobnet', () => ['run', 'start', 'nothing'], /there is no jobnet nothing \(jobnet-not-found\)/],
    ['a job that has finished', () => ['job', 'skip', finished, 'A1', '--reason', 'x'], /has finished \(succeeded\) \(job-finished\)/],
    ['a job that is not as expected', () => ['job', 'skip', open, 'A1', '--reason', 'x', '--expect-state', 'ready'], /A1 is running, not ready \(not-as-expected\)/],
    ['a wrong token', () => ['run', 'list', '--token', 'nonsense'], /token-unknown/],
    ['a file that is not there', () => ['jobnet', 'apply', 'nothing.yaml'], /nothing\.yaml/],
  ])('says 1 and why in one line for %s', async (_what, args, stderr) => {
    const outcome = await kiroku(...args());
    expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(stderr) as string });
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each<[string, string[]]>([
    ['a verb that is none', ['run', 'dance']], ['a flag that is none', ['run', 'list', '--loud']], ['no object', ['run', 'show']],
    ['no reason where one is required', ['job', 'skip', 'r', 'j']], ['a limit out of bounds', ['run', 'list', '--limit', '0']], ['an id that is a way out', ['run', 'show', '..']],
  ])('says 2 for %s', async (_what, args) => {
    expect(await kiroku(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^kiroku: /) as string });
  });

  it('says 3 when there is nobody', async () => {
    const outcome = await waitFor('an answer', () => runKiroku(['run', 'list', '--url', 'http://127.0.0.1:1', '--data', here.data], { cwd: here.directory }));
    expect(outcome).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('cannot reach the server at http://127.0.0.1:1') as string });
  });
});
