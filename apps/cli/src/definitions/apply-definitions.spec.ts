import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';

const ALL = `schedule: nightly
jobnet: A
calendar: workdays
cron: "30 2 * * *"
--- # what it starts
jobnet: A
jobs: { A1: { command: "true", agent: local } }
---
calendar: workdays
days: mon-fri
---
`;
const DONE = ['all.yaml: calendar workdays version 1 (defined)', 'all.yaml: jobnet A version 1 (defined)', 'all.yaml: schedule nightly version 1 (defined)', ''].join('\n');

let server: FakeServer;
let cwd: string;

beforeEach(async () => {
  server = await FakeServer.start();
  cwd = mkdtempSync(join(tmpdir(), 'kiroku-definitions-'));
  server.on('GET /schedules/nightly/next', { body: { items: [{}] } });
  for (const path of ['calendars/workdays', 'jobnets/A', 'schedules/nightly']) server.on(`PUT /${path}`, { status: 201, body: { position: '1', version: 1 } });
});
afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true });
});

const run = (...args: string[]) => cli(args, inProcess({ cwd, env: { KIROKU_URL: server.url, TZ: 'UTC' } }));
const applied = () => server.seen.filter(({ method }) => method === 'PUT');
const file = (text: string, name = 'all.yaml') => writeFileSync(join(cwd, name), text);

describe('a file of several documents', () => {
  it.each(['jobnet', 'calendar', 'schedule'])('is applied as a whole by %s apply, what others need first', async (noun) => {
    file(ALL);
    expect(await run(noun, 'apply', 'all.yaml')).toMatchObject({ code: 0, stdout: DONE, stderr: '' });
  });

  it('is applied in that order over several files too', async () => {
    const [schedule = '', ...others] = ALL.split(/^---/m);
    file(schedule, 'a.yaml');
    file(`---${others.join('---')}`, 'b.yaml');
    expect((await run('schedule', 'apply', 'a.yaml', 'b.yaml')).stdout).toBe('b.yaml: calendar workdays version 1 (defined)\nb.yaml: jobnet A version 1 (defined)\na.yaml: schedule nightly version 1 (defined)\n');
  });

  it('is applied with a word about a schedule that is never due', async () => {
    file(ALL);
    server.on('GET /schedules/nightly/next', { body: { items: [] } });
    expect(await run('schedule', 'apply', 'all.yaml')).toMatchObject({ code: 0, stdout: DONE, stderr: 'kiroku: schedule nightly is not due any more: by its rule nothing starts from now on\n' });
  });

  it('sends each document on the lines that it has in the file', async () => {
    file(ALL);
    await run('jobnet', 'apply', 'all.yaml');
    const first = applied().map(({ body }) => body.split('\n').findIndex((line) => line.trim() !== '') + 1);
    expect([first, applied().map(({ body }) => body.trim().split('\n').length)]).toEqual([[9, 6, 1], [2, 2, 4]]);
  });

  it('says every fault as a compiler does, tries the other documents, and fails', async () => {
    file(ALL);
    server.on('PUT /calendars/workdays', problem(400, 'invalid-definition', 'line 10', { faults: [{ code: 'bad-value', message: '"toe" says no days.', path: 'days', line: 10, column: 7 }] }));
    server.on('PUT /schedules/nightly', problem(409, 'unknown-calendar', 'there is no calendar workdays in use; apply it first'));
    expect(await run('schedule', 'apply', 'all.yaml')).toMatchObject({
      code: 1, stdout: 'all.yaml: jobnet A version 1 (defined)\n',
      stderr: 'all.yaml:10:7: "toe" says no days.\nkiroku: all.yaml: there is no calendar workdays in use; apply it first (unknown-calendar)\n',
    });
  });

  it('is checked document by document, in the order of the file', async () => {
    file(ALL);
    for (const [kind, definition] of [['calendar', { calendar: 'workdays' }], ['jobnet', { jobnet: 'A', jobs: [{}] }], ['schedule', { schedule: 'nightly' }]] as const) {
      server.on(`POST /${kind}s/validate`, { body: { valid: true, definition } });
    }
    expect(await run('schedule', 'validate', 'all.yaml')).toMatchObject({ code: 0, stdout: 'all.yaml: schedule nightly is valid\nall.yaml: jobnet A is valid (1 job)\nall.yaml: calendar workdays is valid\n' });
  });
});

describe('a document', () => {
  it.each([
    ['a schedule without its name', 'jobnet: A\ncron: "* * * * *"\n', 'jobnet', 'schedules'],
    ['a jobnet without its name', 'jobs: {}\n', 'calendar', 'jobnets'],
    ['a calendar without its name', 'days: mon\n', 'schedule', 'calendars'],
    ['nothing', '', 'schedule', 'schedules'],
    ['a list', '- 1\n', 'calendar', 'calendars'],
  ])('that is %s is for the server to refuse as what it is, or was said to be', async (_, text, noun, route) => {
    file(text);
    server.on(`POST /${route}/validate`, problem(400, 'invalid-definition', 'no', { faults: [{ code: 'missing-key', message: 'It has no name.', path: '', line: 1, column: 1 }] }));
    expect(await run(noun, 'apply', 'all.yaml')).toMatchObject({ code: 1, stdout: '', stderr: 'all.yaml:1:1: It has no name.\n' });
  });
});
