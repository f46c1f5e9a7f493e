import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout, startProcess, type Started } from '../testing/run-kiroku.js';
import { identityOf, isSameAndAlive } from './process-identity.js';
import type { UpRecord } from './up-record.js';

/** Stands for server and agent: says the line that each says, and writes down what it was told. */
const ENTRY = `
  import { createServer } from 'node:http';
  import { appendFileSync } from 'node:fs';
  const flag = (name) => process.argv[process.argv.indexOf(name) + 1];
  const note = (text) => appendFileSync(process.env.NOTES, text + '\\n');
  const role = process.argv[2];
  note(role + ' ' + process.argv.slice(3).join(' ') + ' token=' + process.env.KIROKU_TOKEN);
  process.on('SIGTERM', () => { note(role + ' TERM'); process.exit(0); });
  process.on('SIGINT', () => note(role + ' INT'));
  console.error('{"log":"' + role + '"}');
  if (role === 'server' && process.env.BROKEN) process.exit(1);
  if (role === 'server') {
    const [host, port] = flag('--listen').split(':');
    createServer().listen(Number(port), host, function () { console.log('listening on http://' + host + ':' + this.address().port); });
  } else if (process.env.MISUSED) {
    console.error('kiroku: --tasks: there is no module /nope.mjs');
    process.exit(2);
  } else {
    console.log('connected to ' + flag('--server'));
    setInterval(() => {}, 1000);
  }
`;

/** What the command does, with another entry. */
const KEEPER = (module: string) => `
  import { Up } from ${JSON.stringify(module)};
  const [entry, data, port] = process.argv.slice(2);
  const up = new Up({ listen: { host: '127.0.0.1', port: Number(port) }, data, slots: 2, name: 'local', verbose: process.env.VERBOSE === '1', entry, env: process.env, cwd: data + '/..',
    say: (text) => console.log(text), ready: (url) => console.log('ready at ' + url) });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => up.stop());
  await up.run().then(() => console.log('stopped'), (error) => { console.log(error.message); process.exitCode = error.exitCode; });
`;

let folder: string;
let ups: Started[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiroku-up-'));
  ups = [];
  writeFileSync(join(folder, 'entry.mjs'), ENTRY);
  writeFileSync(join(folder, 'keeper.mjs'), KEEPER(join(checkout, 'dist/apps/cli/src/up/up.js')));
});
afterEach(async () => {
  for (const { child } of ups) child.kill('SIGKILL');
  const { server, agent } = recorded() ?? {};
  for (const left of [server, agent]) if (left !== undefined && isSameAndAlive(left)) process.kill(left.pid, 'SIGKILL');
  await Promise.all(ups.map(({ ended }) => ended));
  rmSync(folder, { recursive: true });
});

function up(env: Record<string, string> = {}, port = 0): Started {
  const started = startProcess(process.execPath, [join(folder, 'keeper.mjs'), join(folder, 'entry.mjs'), join(folder, 'data'), String(port)], { env: { NOTES: join(folder, 'notes'), ...env } });
  ups.push(started);
  return started;
}

const notes = () => readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
const recorded = (): UpRecord | undefined => (existsSync(join(folder, 'data/up.json')) ? JSON.parse(readFileSync(join(folder, 'data/up.json'), 'utf8')) : undefined);

describe('up', () => {
  it('starts the agent when the server serves, and prints both pids', async () => {
    const said = await up({ KIROKU_TOKEN: 'of an operator' }).said(/ready at http:\S+\n/);
    const { server, agent, url } = recorded()!;
    expect(said).toContain(`server started, pid ${server!.pid}\n`);
    expect(said).toContain(`agent started, pid ${agent!.pid}\n`);
    expect(said.indexOf('listening on')).toBeLessThan(said.indexOf('agent started'));
    expect(notes()).toEqual([
      `server --listen 127.0.0.1:0 --data ${folder}/data token=undefined`,
      `agent start --name local --server ${url} --data ${folder}/data/agent-local --slots 2 token=undefined`,
    ]);
    expect(readFileSync(join(folder, 'data/logs/server.log'), 'utf8')).toBe('{"log":"server"}\n');
  });

  it('restarts the one that is killed, on the same address, and says so', async () => {
    const keeper = up();
    await keeper.said('ready at');
    const { server, agent, url } = recorded()!;
    process.kill(server!.pid, 'SIGKILL');
    await keeper.said(new RegExp(`server \\(pid ${server!.pid}\\) was killed by SIGKILL; starting it again in 0.2 s\n[^]*listening on ${url}\n`));
    process.kill(agent!.pid, 'SIGKILL');
    await keeper.said(new RegExp(`agent \\(pid ${agent!.pid}\\) was killed by SIGKILL[^]*connected to ${url}\n`));
    expect(recorded()!.agent!.pid).not.toBe(agent!.pid);
  });

  it('tells each once to end on Ctrl-C, the agent first, and says so again on a second one', async () => {
    const keeper = up();
    await keeper.said('ready at');
    const { server, agent } = recorded()!;
    keeper.child.kill('SIGINT');
    keeper.child.kill('SIGINT');
    const { code, stdout } = await keeper.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('stopping; jobs that run go on');
    expect(notes().slice(2)).toEqual(['agent TERM', 'server TERM']);
    expect([server!, agent!].map(isSameAndAlive)).toEqual([false, false]);
    expect(recorded()).toBeUndefined();
  });

  it('passes the logs on when it is told to', async () => {
    const keeper = up({ VERBOSE: '1' });
    await keeper.said('ready at');
    await keeper.said('{"log":"agent"}', 'stderr');
    expect(existsSync(join(folder, 'data/logs'))).toBe(false);
  });

  it('refuses beside another one on the same data', async () => {
    const first = up();
    await first.said('ready at');
    await expect(up().ended).resolves.toMatchObject({ code: 1, stdout: expect.stringContaining(`another "kiroku up" (pid ${first.child.pid}) already runs on this data and serves http://`) });
    expect(recorded()!.up.pid).toBe(first.child.pid);
  });

  it('leaves both running when it is killed, and the next one takes over', async () => {
    const first = up();
    await first.said('ready at');
    const { server, agent, url } = recorded()!;
    first.child.kill('SIGKILL');
    await first.ended;
    expect([server!, agent!].map(isSameAndAlive)).toEqual([true, true]);
    const said = await up({}, Number(new URL(url!).port)).said(`ready at ${url}`);
    expect(said).toContain(`its server (pid ${server!.pid}) still runs: stopping it`);
    expect([server!, agent!].map(isSameAndAlive)).toEqual([false, false]);
    expect(notes().slice(2, 4)).toEqual(['agent TERM', 'server TERM']);
  });

  it('touches no process that only got the number of an earlier one', async () => {
    mkdirSync(join(folder, 'data'));
    const stranger = { ...identityOf(process.pid), startTicks: '1' };
    writeFileSync(join(folder, 'data/up.json'), JSON.stringify({ up: stranger, startedAt: '', server: stranger, agent: { pid: process.pid } }));
    expect(await up().said('ready at')).not.toContain('still runs');
  });

  it('touches no process whose command line is not ours', async () => {
    mkdirSync(join(folder, 'data'));
    const stranger = startProcess(process.execPath, ['-e', 'console.log("here"); setInterval(() => {}, 1000)']);
    ups.push(stranger);
    await stranger.said('here');
    writeFileSync(join(folder, 'data/up.json'), JSON.stringify({ up: { pid: process.pid, startTicks: '1' }, startedAt: '', server: identityOf(stranger.child.pid!) }));
    expect(await up().said('ready at')).not.toContain('still runs');
    expect(isSameAndAlive(identityOf(stranger.child.pid!))).toBe(true);
  });

  it('starts over a record that is garbage', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/up.json'), '{"up":');
    await up().said('ready at');
  });

  it('says who has the port', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(up({}, port).ended).resolves.toMatchObject({ code: 1, stdout: expect.stringContaining(`in use by pid ${process.pid}`) });
    await new Promise((resolve) => taken.close(resolve));
  });

  it('gives up on a server that never comes to serve, and says where the reason is', async () => {
    const { code, stdout } = await up({ BROKEN: '1' }).ended;
    expect(code).toBe(1);
    expect(stdout).toContain(`the server ended with exit code 1 5 times before it served: ${folder}/data/logs/server.log says why`);
  });

  it('does not start an agent again that is asked for what cannot be: it ends both and repeats the reason', async () => {
    const { code, stdout } = await up({ MISUSED: '1' }).ended;
    expect(code).toBe(2);
    expect(stdout).toContain('the agent cannot run like this: --tasks: there is no module /nope.mjs');
    expect(stdout.match(/agent started/g)).toHaveLength(1);
    expect(readFileSync(join(folder, 'notes'), 'utf8')).toContain('server TERM');
  });
});
