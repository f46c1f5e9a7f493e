import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, inProcess } from '../testing/in-process.js';

let cwd: string;

beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'kiroku-process-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

const run = (args: string[], env: Record<string, string> = {}) => cli(args, inProcess({ cwd, env }));

describe('server', () => {
  it('has defaults for everything', async () => {
    const { code, handed } = await run(['server']);
    expect({ code, handed }).toEqual({ code: 0, handed: { server: { listen: { host: '127.0.0.1', port: 7420 }, data: join(cwd, '.kiroku'), store: `sqlite:${join(cwd, '.kiroku/log.db')}`, agentGraceSeconds: 30 } } });
  });

  it('takes flags before variables, and an empty variable for none', async () => {
    const env = { KIROKU_LISTEN: '[::1]:80', KIROKU_DATA: 'd1', KIROKU_STORE: '' };
    expect((await run(['server'], env)).handed.server).toEqual({ listen: { host: '::1', port: 80 }, data: join(cwd, 'd1'), store: `sqlite:${join(cwd, 'd1/log.db')}`, agentGraceSeconds: 30 });
    expect((await run(['server', '--listen', '0.0.0.0:0', '--data', '/d2', '--store', 'sqlite:x/y.db', '--agent-grace', '5'], { ...env, KIROKU_AGENT_GRACE: '9' })).handed.server)
      .toEqual({ listen: { host: '0.0.0.0', port: 0 }, data: '/d2', store: `sqlite:${join(cwd, 'x/y.db')}`, agentGraceSeconds: 5 });
  });

  it.each(['0', '-1', '1.5', '86401', 'soon'])('takes no grace of %s', async (grace) => {
    await expect(run(['server'], { KIROKU_AGENT_GRACE: grace })).resolves.toMatchObject({ code: 2, stderr: expect.stringContaining('--agent-grace takes a whole number of seconds from 1 to 86400') });
  });

  it.each([
    ['--listen', '7420'], ['--listen', 'a:65536'], ['--listen', '::1:80'], ['--listen', 'a:b'], ['--store', 'sqlite:'], ['--store', 'log.db'], ['--store', 'postgres:db'],
  ])('refuses %s %s as wrong usage', async (...flags) => {
    expect(await run(['server', ...flags])).toMatchObject({ code: 2, handed: {} });
  });

  it.each(['postgres://u:p@h/db', 'postgresql://a,b:1/db?schema=s', 'kurrentdb://a:2113,b?tls=false', 'esdb+discover://h'])('hands over where a database is: %s', async (store) => {
    expect((await run(['server', '--store', store])).handed.server).toMatchObject({ store });
  });

  it('says in one line why it cannot start', async () => {
    const context = inProcess({ cwd, failing: new Error('the log\nis not a log') });
    expect(await cli(['server'], context)).toMatchObject({ code: 1, stderr: 'kiroku: the log is not a log\n' });
  });
});

describe('agent start', () => {
  it('needs no more than a name', async () => {
    expect((await run(['agent', 'start', '--name', 'local'])).handed.agent).toEqual({ name: 'local', servers: ['http://127.0.0.1:7420'], data: join(cwd, '.kiroku/agent-local'), slots: 8 });
  });

  it('takes several servers, and everything from variables as well', async () => {
    const flags = ['--name', 'b', '--server', 'http://a:1', '--server', 'http://b:2/', '--data', 'd', '--slots', '3', '--token', 't'];
    expect((await run(['agent', 'start', ...flags])).handed.agent).toEqual({ name: 'b', servers: ['http://a:1', 'http://b:2'], data: join(cwd, 'd'), slots: 3, token: 't' });
    const env = { KIROKU_NAME: 'b', KIROKU_SERVER: 'http://a:1, http://b:2', KIROKU_DATA: 'd', KIROKU_SLOTS: '3', KIROKU_TOKEN: 't' };
    expect((await run(['agent', 'start'], env)).handed.agent).toEqual({ name: 'b', servers: ['http://a:1', 'http://b:2'], data: join(cwd, 'd'), slots: 3, token: 't' });
  });

  it('takes its token from the folder above its data, or from its data', async () => {
    mkdirSync(join(cwd, 'k/agent-x'), { recursive: true });
    writeFileSync(join(cwd, 'k/agent-x/agent.token'), 'inside\n');
    const start = ['agent', 'start', '--name', 'x', '--data', 'k/agent-x'];
    expect((await run(start)).handed.agent?.token).toBe('inside');
    writeFileSync(join(cwd, 'k/agent.token'), 'above\n');
    expect((await run(start)).handed.agent?.token).toBe('above');
    expect((await run(start, { KIROKU_TOKEN: 'variable' })).handed.agent?.token).toBe('variable');
  });

  it.each([[['--name', '-x']], [['--name', 'a/b']], [[]], [['--name', 'a', '--slots', '0']], [['--name', 'a', '--slots', '1e3']], [['--name', 'a', '--server', 'h:1']]])('refuses %j as wrong usage', async (flags) => {
    expect(await run(['agent', 'start', ...flags])).toMatchObject({ code: 2, handed: {} });
  });
});

describe('up', () => {
  it.each([['--listen', '7420'], ['--slots', 'many'], ['--name', 'a b'], ['--store', 'sqlite:x']])('refuses %s "%s" as wrong usage, and starts nothing', async (...flags) => {
    expect(await run(['up', ...flags])).toMatchObject({ code: 2, stdout: '' });
  });
});
