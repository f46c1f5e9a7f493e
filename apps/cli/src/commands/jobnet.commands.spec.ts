import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeServer, problem } from '../testing/fake-server.js';
import { kiroku } from '../testing/run-kiroku.js';
import { jobnetA } from '../testing/views.js';

const A = 'jobnet: A\njobs:\n  A1: { command: "true", agent: local }\n';
const faults = [
  { code: 'unknown-after', message: 'A2 comes after A9, which is no job', path: 'jobs.A2.after', line: 4, column: 12 },
  { code: 'unknown-key', message: 'unknown key "agnet"', path: 'jobs.A3.agnet', line: 5, column: 3 },
];

let server: FakeServer;
let cwd: string;

beforeEach(async () => {
  server = await FakeServer.start();
  cwd = mkdtempSync(join(tmpdir(), 'kiroku-cli-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true });
});

const run = (args: string[], input?: string) => kiroku(args, { url: server.url, cwd, env: { KIROKU_TOKEN: 't' }, ...(input === undefined ? {} : { input }) });
const file = (name: string, text: string | Buffer) => writeFileSync(join(cwd, name), text);

describe('jobnet apply', () => {
  it('puts the text under the id that it names', async () => {
    file('a.yaml', A);
    server.on('PUT /jobnets/A', { status: 201, body: { position: '5', version: 1 } });
    await expect(run(['jobnet', 'apply', 'a.yaml'])).resolves.toEqual({ code: 0, signal: null, stdout: 'a.yaml: jobnet A version 1 (defined)\n', stderr: '' });
    expect(server.seen[0]).toMatchObject({ body: A, headers: { 'content-type': 'application/yaml', authorization: 'Bearer t' } });
  });

  it('prints with --json what the API answered', async () => {
    file('a.yaml', A);
    server.on('PUT /jobnets/A', { body: '{"position":"6", "version":2}' });
    await expect(run(['jobnet', 'apply', 'a.yaml', '--json'])).resolves.toMatchObject({ code: 0, stdout: '{"position":"6", "version":2}\n' });
  });

  it('reads stdin for -, and JSON as well', async () => {
    server.on('PUT /jobnets/J', { body: { position: '6', version: 2 } });
    await expect(run(['jobnet', 'apply', '-'], '{"jobnet":"J","jobs":{}}')).resolves.toMatchObject({ code: 0, stdout: '<stdin>: jobnet J version 2 (revised, or already so)\n' });
  });

  it('prints faults like a compiler, tries the other files, and fails', async () => {
    file('bad.yaml', 'jobnet: BAD\njobs: {}\n');
    file('a.yaml', A);
    server.on('PUT /jobnets/BAD', problem(400, 'invalid-definition', '2 faults', { faults })).on('PUT /jobnets/A', { body: { position: '6', version: 2 } });
    await expect(run(['jobnet', 'apply', 'bad.yaml', 'a.yaml'])).resolves.toEqual({
      code: 1, signal: null, stdout: 'a.yaml: jobnet A version 2 (revised, or already so)\n',
      stderr: 'bad.yaml:4:12: A2 comes after A9, which is no job\nbad.yaml:5:3: unknown key "agnet"\n',
    });
  });

  it.each([['malformed YAML', 'jobs: [a\n  b: {'], ['no id', 'jobs: {}'], ['an id that is none', 'jobnet: ../../x'], ['nothing', '']])('lets the server say what is wrong with %s', async (_, text) => {
    file('bad.yaml', text);
    server.on('POST /jobnets/validate', problem(400, 'invalid-definition', '1 fault', { faults: [{ ...faults[0], message: 'it names no jobnet', line: 1, column: 1 }] }));
    await expect(run(['jobnet', 'apply', 'bad.yaml'])).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'bad.yaml:1:1: it names no jobnet\n' });
  });

  it('finds the id of a text with aliases, and leaves the aliases to the server', async () => {
    const text = 'jobnet: B\njobs:\n  B1: { command: &same "true", agent: local }\n  B2: { command: *same, agent: local }\n';
    file('b.yaml', text);
    server.on('PUT /jobnets/B', { status: 201, body: { position: '7', version: 1 } });
    await expect(run(['jobnet', 'apply', 'b.yaml'])).resolves.toMatchObject({ code: 0 });
    expect(server.seen[0]).toMatchObject({ body: text });
  });

  it('does not follow aliases that explode', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghij'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`)].join('\n');
    file('bomb.yaml', `jobnet: A\n${bomb}\n`);
    server.on('PUT /jobnets/A', problem(400, 'invalid-definition', 'too many aliases'));
    await expect(run(['jobnet', 'apply', 'bomb.yaml'])).resolves.toMatchObject({ code: 1, stderr: 'kiroku: bomb.yaml: too many aliases (invalid-definition)\n' });
  });

  it('says which file cannot be read', async () => {
    mkdirSync(join(cwd, 'folder'));
    file('latin.yaml', Buffer.from([0xff, 0xfe, 0x00]));
    file('large.yaml', Buffer.alloc(1024 * 1024 + 1, '#'));
    const { code, stderr } = await run(['jobnet', 'apply', 'none.yaml', 'folder', 'latin.yaml', 'large.yaml']);
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'kiroku: cannot read none.yaml: there is no such file', 'kiroku: cannot read folder: it is a directory',
      'kiroku: latin.yaml is not a text in UTF-8', 'kiroku: large.yaml is larger than such a file may be (1048576 bytes)', '',
    ]);
    expect(server.seen).toEqual([]);
  });

  it('ends at the first file when nobody is there', async () => {
    file('a.yaml', A);
    await server.stop();
    const { code, stderr } = await run(['jobnet', 'apply', 'a.yaml', 'a.yaml']);
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 3, lines: 1 });
    server = await FakeServer.start();
  });
});

describe('jobnet validate', () => {
  it('says that a jobnet is valid', async () => {
    file('a.yaml', A);
    server.on('POST /jobnets/validate', { body: { valid: true, definition: jobnetA.definition } });
    await expect(run(['jobnet', 'validate', 'a.yaml'])).resolves.toMatchObject({ code: 0, stdout: 'a.yaml: jobnet A is valid (2 jobs)\n' });
  });

  it('prints the problem document with --json, and the faults on stderr', async () => {
    file('a.yaml', A);
    server.on('POST /jobnets/validate', problem(400, 'invalid-definition', '2 faults', { faults }));
    const { code, stdout, stderr } = await run(['jobnet', 'validate', 'a.yaml', '--json']);
    expect({ code, faults: JSON.parse(stdout).faults }).toEqual({ code: 1, faults });
    expect(stderr).toMatch(/^a\.yaml:4:12: /);
  });
});

describe('jobnet list and show', () => {
  it('draws tables', async () => {
    server.on('GET /jobnets', { body: { items: [jobnetA] } }).on('GET /jobnets/A', { body: jobnetA });
    await expect(run(['jobnet', 'list'])).resolves.toMatchObject({ code: 0, stdout: 'JOBNET  STATE    VERSION  JOBS  DEFINED              BY\nA       enabled  2        2     2026-11-20 12:00:00  hanako\n' });
    const shown = await run(['jobnet', 'show', 'A']);
    expect(shown.stdout.split('\n').slice(0, 1)).toEqual(['jobnet A, version 2, defined 2026-11-20 12:00:00 by hanako']);
    expect(shown.stdout).toContain('A2   A1     local  ./load --to \'a b\'  0, 3');
  });

  it('show the policies of a job where it has some', async () => {
    const [first, second] = jobnetA.definition.jobs;
    server.on('GET /jobnets/A', { body: { ...jobnetA, definition: { ...jobnetA.definition, jobs: [first, { ...second, onLost: 'rerun', onUnknown: 'ask' }] } } });
    const { stdout } = await run(['jobnet', 'show', 'A']);
    expect(stdout).toMatch(/ON LOST +ON UNKNOWN\n/);
    expect(stdout).toMatch(/A2 .*0, 3 +rerun +ask\n/);
  });

  it('print what the API answered with --json', async () => {
    server.on('GET /jobnets', { body: { items: [jobnetA], next: 'c' } }).on('GET /jobnets/A', { body: jobnetA });
    expect(JSON.parse((await run(['jobnet', 'list', '--json'])).stdout)).toEqual({ items: [jobnetA], next: 'c' });
    expect(JSON.parse((await run(['jobnet', 'show', 'A', '--json'])).stdout)).toEqual(jobnetA);
  });

  it('say that there is nothing', async () => {
    server.on('GET /jobnets', { body: { items: [] } });
    await expect(run(['jobnet', 'list'])).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('there are no jobnets') });
  });

  it('say in one line what is not there', async () => {
    server.on('GET /jobnets/B', problem(404, 'unknown-jobnet', 'there is no jobnet B'));
    await expect(run(['jobnet', 'show', 'B'])).resolves.toEqual({ code: 1, signal: null, stdout: '', stderr: 'kiroku: there is no jobnet B (unknown-jobnet)\n' });
  });
});
