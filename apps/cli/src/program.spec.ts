import { FakeServer, problem } from './testing/fake-server.js';
import { cli } from './testing/in-process.js';
import { kiroku, startKiroku, startProcess, checkout } from './testing/run-kiroku.js';
import { event } from './testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

describe('the command line', () => {
  it('documents its exit codes', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 /);
  });

  it.each([['jobnet', 'apply'], ['run', 'start'], ['run', 'hold'], ['job', 'skip'], ['job', 'settle'], ['running'], ['audit'], ['agent', 'list'], ['server'], ['agent', 'start'], ['up']])('has help for %s %s', async (...words) => {
    await expect(cli([...words.filter((word) => word !== undefined), '--help'])).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  it('knows its version', async () => expect(await kiroku(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) }));

  it.each([
    [[]], [['jobnet']], [['bogus']], [['run', 'bogus']], [['--bogus']], [['running', '--bogus']], [['run', 'show']], [['run', 'show', 'a', 'b']], [['job', 'skip', 'R1']],
    [['run', 'list', '--limit', 'ten']], [['run', 'show', '..']], [['running', '--url', 'nonsense']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^(kiroku: .*\n|Usage: [^]*)$/);
  });

  it('proposes what was perhaps meant', async () => {
    expect((await cli(['job', 'skip', 'R1', 'A1', '--resaon', 'x'])).stderr).toBe('kiroku: unknown option \'--resaon\' (Did you mean --reason?) (--help shows what is accepted)\n');
  });
});

describe('trouble with the server', () => {
  it('is one line and exit 3 where nobody listens', async () => {
    const { url } = server;
    await server.stop();
    await expect(kiroku(['running'], { url })).resolves.toEqual({ code: 3, signal: null, stdout: '', stderr: `kiroku: cannot reach the server at ${url}: connection refused\n` });
    server = await FakeServer.start();
  });

  it.each<[string, Parameters<FakeServer['on']>[1]]>([
    ['HTML', { type: 'text/html', body: '<!doctype html>\n<title>Router</title>' }],
    ['truncated JSON', { body: '{"items":[{"runId"' }],
    ['a naked 500', { status: 500, type: 'text/plain', body: 'Internal\nServer Error' }],
    ['control characters', { status: 502, body: '\u001b[2J' }],
  ])('is one line and exit 1 for %s', async (_, reply) => {
    server.on('GET /running', reply);
    const { code, stdout, stderr } = await kiroku(['running'], { url: server.url });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    // eslint-disable-next-line no-control-regex -- that none arrives is the claim
    expect(stderr).toMatch(/^kiroku: [^\x00-\x1f]+\n$/);
  });

  it('says where the token was looked for when it is refused', async () => {
    server.on('GET /running', problem(401, 'unauthorized', 'the token is not known'));
    const { code, stderr } = await kiroku(['running'], { url: server.url, env: { KIROKU_TOKEN: 'wrong' } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'kiroku: the token is not known (unauthorized); the token came from KIROKU_TOKEN\n' });
  });
});

describe('output', () => {
  it('ends quietly when its reader has enough', async () => {
    server.on('GET /events', { body: { items: Array.from({ length: 1000 }, (_, index) => event(index, { reason: 'x'.repeat(1000) })) } });
    const shell = startProcess('/bin/bash', ['--norc', '-c', `set -o pipefail; "${checkout}/bin/kiroku" audit | head -1`], { env: { KIROKU_URL: server.url } });
    await expect(shell.ended).resolves.toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^POSITION.*\n$/) });
  });

  it('arrives whole through a pipe', async () => {
    const items = Array.from({ length: 1000 }, (_, index) => event(index, { reason: 'x'.repeat(1000) }));
    server.on('GET /events', { body: { items } });
    expect(JSON.parse((await startKiroku(['audit', '--json'], { url: server.url }).ended).stdout)).toEqual({ items });
  });
});
