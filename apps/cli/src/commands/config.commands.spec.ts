import type { Command, Option } from 'commander';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../program.js';
import { SETTINGS } from '../settings/settings-table.js';
import type { ShownSetting } from '../settings/shown-settings.js';
import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { checkout } from '../testing/run-kiroku.js';

let cwd: string;

beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'kiroku-config-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

const run = (args: string[], env: Record<string, string> = {}) => cli(args, inProcess({ cwd, env }));

function file(text: string, name = 'kiroku.yaml'): string {
  mkdirSync(join(cwd, 'etc'), { recursive: true });
  writeFileSync(join(cwd, name), text);
  return join(cwd, name);
}

async function shown(args: string[] = [], env: Record<string, string> = {}): Promise<Record<string, Pick<ShownSetting, 'value' | 'from'>>> {
  const { code, stdout, stderr } = await run(['config', 'show', '--json', ...args], env);
  if (code !== 0) throw new Error(stderr);
  const { settings } = JSON.parse(stdout) as { settings: ShownSetting[] };
  return Object.fromEntries(settings.map(({ name, value, from }) => [name, { value, from }]));
}

describe('a setting', () => {
  it('comes from the flag, then the variable, then the file, then the default; an empty variable counts as unset', async () => {
    const path = file('slots: 5\nlisten: 127.0.0.1:1\n');
    expect((await shown(['--slots', '7'], { KIROKU_SLOTS: '6' }))['slots']).toEqual({ value: '7', from: '--slots' });
    expect((await shown([], { KIROKU_SLOTS: '6' }))['slots']).toEqual({ value: '6', from: 'KIROKU_SLOTS' });
    expect((await shown([], { KIROKU_SLOTS: '' }))['slots']).toEqual({ value: '5', from: `${path}:1` });
    expect((await shown())['listen']).toEqual({ value: '127.0.0.1:1', from: `${path}:2` });
    expect((await shown())['url']).toEqual({ value: 'http://127.0.0.1:7420', from: 'default' });
  });

  it('that is a secret is never shown', async () => {
    file('token: from-the-file\n');
    const all = [await run(['config', 'show']), await run(['config', 'show', '--json'], { KIROKU_TOKEN: 'from-the-variable' }), await run(['config', 'show', '--token', 'from-the-flag'])];
    for (const { code, stdout } of all) {
      expect(code).toBe(0);
      expect(stdout).not.toContain('from-the');
    }
    expect(all[0]!.stdout).toMatch(/token +set +.*kiroku.yaml:1/);
    expect((await shown([], { KIROKU_TOKEN: 'x' }))['token']).toEqual({ value: 'set', from: 'KIROKU_TOKEN' });
  });
});

describe('the URL of a store', () => {
  it.each(['postgres://ann:geheim@db.example/kiroku', 'esdb://ann:geheim@a,b?tls=true', 'postgres://db/kiroku?user=ann&password=geheim', 'postgres://ann:ge:h@geheim@db/k'])('is shown without its password: %s', async (url) => {
    const { value } = (await shown(['--store', url]))['store']!;
    expect(value).toMatch(/^(postgres|esdb):.*ann.*\*\*\*/);
    expect(value).not.toContain('geheim');
  });
});

describe('the configuration file', () => {
  it('stands behind flags and variables of server, agent, and clients', async () => {
    file('agent-grace: 7\nlisten: 0.0.0.0:1\nstore: sqlite:logs/log.db\ndata: data\nname: worker\nserver: [http://a:1, http://b:2]\nslots: 3\ntasks: tasks.js\ntask-hosts: 2\ntoken: secret\nurl: http://127.0.0.1:1\n', 'etc/k.yaml');
    const how = ['--config', 'etc/k.yaml'];
    expect((await run(['server', ...how, '--listen', '[::1]:2'])).handed.server).toEqual({ listen: { host: '::1', port: 2 }, data: join(cwd, 'etc/data'), store: `sqlite:${join(cwd, 'etc/logs/log.db')}`, agentGraceSeconds: 7 });
    expect((await run(['agent', 'start'], { KIROKU_CONFIG: 'etc/k.yaml', KIROKU_SLOTS: '4' })).handed.agent)
      .toEqual({ name: 'worker', servers: ['http://a:1', 'http://b:2'], data: join(cwd, 'etc/data'), slots: 4, token: 'secret', tasks: { module: join(cwd, 'etc/tasks.js'), hosts: 2 } });
    expect(await run([...how, 'running'])).toMatchObject({ code: 3, stderr: expect.stringContaining('http://127.0.0.1:1') });
  });

  it.each([['listen: nowhere\n', '--listen takes HOST:PORT'], ['name: a b\n', '"a b" is not a name'], ['slots: 0\n', '--slots takes']])('stands behind the flags of up as well: %j', async (text, message) => {
    file(text);
    expect(await run(['up'])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('is kiroku.yaml here, unless another is named; an empty one sets nothing', async () => {
    file('slots: 5\n');
    file('', 'empty.yaml');
    expect((await shown())['slots']!.value).toBe('5');
    expect((await shown(['--config', 'empty.yaml']))['slots']!.from).toBe('default');
    expect((await shown([], { KIROKU_CONFIG: 'empty.yaml' }))['slots']!.from).toBe('default');
  });

  it('is named when its token is refused', async () => {
    const server = await FakeServer.start();
    server.on('GET /running', problem(401, 'token-unknown', 'nobody knows it'));
    const path = file(`token: wrong\nurl: ${server.url}\n`);
    expect(await run(['running'])).toMatchObject({ code: 1, stderr: `kiroku: nobody knows it (token-unknown); the token came from ${path}\n` });
    await server.stop();
  });

  it.each([
    ['slots: 3\nslotz: 4\n', ':2:1: there is no setting "slotz"; there are url, '], ['a: &a 1\n', ':1:1: there is no setting'], ['config: other.yaml\n', ':1:1: there is no setting'],
    ['slots: many\n', ':1:8: slots takes a whole number'], ['slots: 1.5\n', ':1:8: '], ['\nlisten: 7420\n', ':2:9: listen takes a text: put it into quotes'], ['name: [a]\n', ':1:7: '],
    ['server: [a, 1]\n', ':1:9: server takes a text or a list of texts'], ['server: []\n', ':1:9: '], ['name:\n', ':1:6: name takes a text'], ['- slots\n', ':1:1: a configuration file is'],
    ['slots: 1\nslots: 2\n', ':2:1: '], ['slots: [\n', ':2:1: '], ['slots: "\n', ':2:1: '],
  ])('with a fault in it is refused as wrong usage, and the place is named: %j', async (text, message) => {
    file(text);
    for (const args of [['config', 'show'], ['server'], ['running']]) {
      expect(await run(args)).toMatchObject({ code: 2, stdout: '', handed: {}, stderr: expect.stringContaining(`kiroku.yaml${message}`) });
    }
  });

  it('that was named has to be there', async () => {
    expect(await run(['running', '--config', 'nowhere.yaml'])).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot read the configuration file') });
  });

  it('does not stand in the way of the help', async () => {
    file('slots: many\n');
    expect(await run(['run', 'start', '--help'])).toMatchObject({ code: 0 });
  });
});

describe('the table of settings', () => {
  const program = buildProgram(inProcess(), '0.0.0', () => undefined);
  const users: Record<string, string> = { 'kiroku server': 'server', 'kiroku up': 'up', 'kiroku agent start': 'agent start' };

  it('has every flag that names a variable, for the commands that take it, and no other', () => {
    const flags = allIn(program).slice(1).flatMap(({ path, command }) => command.options.flatMap((option) => variableOf(option).map((variable) => `${option.long} ${variable} ${users[path] ?? 'clients'}`)));
    const table = SETTINGS.flatMap(({ name, variable, usedBy }) => usedBy.map((user) => `--${name} ${variable} ${user}`));
    expect([...new Set(flags)].sort()).toEqual(table.sort());
  });

  it('is the table of docs/operating.md', () => {
    const rows = readFileSync(join(checkout, 'docs/operating.md'), 'utf8').split('\n').filter((line) => /^\| `--[a-z-]+` \| `KIROKU_/.test(line));
    expect(rows).toEqual(SETTINGS.map(({ name, variable, fallback, usedBy }) => `| \`--${name}\` | \`${variable}\` | ${fallback} | ${usedBy.join(', ')} |`));
  });
});

function allIn(command: Command, path = command.name()): { path: string; command: Command }[] {
  return [{ path, command }, ...command.commands.flatMap((each) => allIn(each, `${path} ${each.name()}`))];
}

function variableOf({ description }: Option): string[] {
  const [, variable] = /\((KIROKU_[A-Z_]+)/.exec(description) ?? [];
  return variable === undefined ? [] : [variable];
}
