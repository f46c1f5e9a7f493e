import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { EventView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let watcher: KirokuProcess | undefined;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
}, 60_000);

afterEach(async () => {
  await watcher?.kill();
  await here.destroy();
}, 60_000);

function start(...args: string[]): KirokuProcess {
  watcher = KirokuProcess.start([...args, '--url', here.url, '--data', here.data], { cwd: here.directory, log: here.path('watch.log') });
  return watcher;
}

const remarks = () => (existsSync(here.path('watch.log')) ? readFileSync(here.path('watch.log'), 'utf8') : '');

const printedBy = (watching: KirokuProcess) => watching.printed().map((line) => JSON.parse(line) as EventView);

describe('a watcher', () => {
  it('of a run, over SIGKILL and restart of the server, prints the run\'s own log: nothing is missing, nothing is there twice', async () => {
    await here.startAgent();
    const job = (name: string) => JSON.stringify(`while [ ! -e ${here.path(name)} ]; do sleep 0.05; done`);
    await here.api.define('W', `jobnet: W\njobs:\n  A: { agent: local, command: ${job('a')} }\n  B: { agent: local, after: A, command: ${job('b')} }\n  C: { agent: local, after: B, command: "true" }\n`);
    const runId = await here.api.start('W');
    const watching = start('run', 'watch', runId, '--json');
    for (const name of ['a', 'b']) {
      await waitFor(`the job before ${name} is seen to have started`, () => printedBy(watching).some(({ type, data }) => type === 'JobStarted' && (data as { jobId: string }).jobId === name.toUpperCase()));
      const said = remarks().length;
      await here.killServer();
      await waitFor('the watcher says that the server is away', () => remarks().slice(said).includes('away since'));
      writeFileSync(here.path(name), '');
      await here.startServer();
      await waitFor('the watcher says that it is back', () => remarks().slice(said).includes('answers again'));
    }
    await waitFor('the watching ends', () => !watching.isAlive);
    expect(watching.exitCode).toBe(0);
    expect(remarks().match(/away since/g)).toHaveLength(2);
    const own = await here.api.all<EventView>(`/api/v1/runs/${runId}/events`);
    expect(own.at(-1)?.type).toBe('RunFinished');
    expect(printedBy(watching)).toEqual(own);
  }, 180_000);

  it('that is stopped for a while costs the server a small buffer, keeps nobody waiting, and gets everything afterwards', async () => {
    const following = start('audit', '--follow', '--ndjson', '--cursor', '0');
    await waitFor('it follows', () => following.printed().length > 0);
    following.signal('SIGSTOP');
    const text = 'x'.repeat(30_000);
    for (let version = 0; version < 400; version += 1) await here.api.define('W', `jobnet: W\nparameters: { P${version}: ${text} }\njobs:\n  A: { agent: local, command: "true" }\n`);
    const buffered = await waitFor('the connection takes nothing more', async () => (await metric('kiroku_watchers_buffered_bytes')) || undefined);
    expect(await metric('kiroku_watchers')).toBe(1);
    expect(buffered).toBeLessThan(256 * 1024);
    following.signal('SIGCONT');
    const all = await here.api.events();
    expect(JSON.stringify(all).length).toBeGreaterThan(400 * text.length);
    await waitFor('it has caught up', () => following.printed().length >= all.length);
    expect(printedBy(following)).toEqual(all);
  }, 180_000);
});

async function metric(name: string): Promise<number> {
  const text = (await here.api.request<string>('GET', '/metrics')).body;
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}
