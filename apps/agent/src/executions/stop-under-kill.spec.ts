import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeeperStep } from './keeper-options.js';
import { isAlive } from './process/proc.js';
import type { KeeperHostConfig } from './testing/keeper-call.js';
import { KeeperHost } from './testing/keeper-host.js';
import { idOf, dispatch, reported, Scratch, signal, stop } from './testing/scratch.js';
import { until } from './testing/wait-for.js';

/** Strays are found by their execution id, all over the host: numbers that no other test running now has. */
const A = process.pid * 1000 + 1;
const NEVER_SECONDS = 80_000;

/** Says "ready", counts each SIGTERM, and ends when `go` is there. */
const counts = 'trap "echo term" TERM; echo ready; while [ ! -e go ]; do sleep 0.01; done; exit 5';

let scratch: Scratch;
let hosts: KeeperHost[];
beforeEach(() => { scratch = new Scratch(); hosts = []; });
afterEach(async () => {
  for (const host of hosts) await host.kill();
  await scratch.remove();
});

async function start(config: Partial<KeeperHostConfig> = {}): Promise<KeeperHost> {
  const host = await KeeperHost.start({ dataDir: scratch.dataDir, slots: 4, ...config });
  hosts.push(host);
  return host;
}

/** An agent that ran the command, was told to stop it, and was killed at that step. */
async function killedAt(step: KeeperStep, command: string, graceSeconds: number): Promise<void> {
  const host = await start({ crashAt: { step, occurrence: 1 } });
  await host.call({ do: 'offer', frame: dispatch(A, command) });
  await until('it to be ready', () => said().includes('ready'));
  await host.call({ do: 'stop', frame: stop(A, graceSeconds) }).catch(() => undefined);
  await host.end();
}

const finished = (host: KeeperHost) => reported(() => host.reports(), A, 'finished');
const said = (): string => scratch.text(`data/executions/${idOf(A)}/stdout`);
const letGo = (): void => writeFileSync(join(scratch.directory(A).work, 'go'), '');
const result = () => until('the result', () => scratch.directory(A).result());

describe('an agent killed in the middle of a stop', () => {
  it.each<KeeperStep>(['stopping', 'signalled', 'signal-kept'])('at "%s" goes on with it after its restart, and says who ended the job', async (step) => {
    await killedAt(step, 'trap "" TERM; echo ready; while :; do sleep 0.01; done', 0.2);
    expect(await finished(await start())).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL' });
    const [term, kill] = scratch.directory(A).signalled();
    expect((kill?.uptime ?? 0) - (term?.uptime ?? 0)).toBeGreaterThanOrEqual(0.199);
  });

  it.each<[KeeperStep, number]>([['stopping', 0], ['signalled', 1], ['signal-kept', 1]])('at "%s" sends SIGTERM once in all, also when the server asks again', async (step, before) => {
    await killedAt(step, counts, NEVER_SECONDS);
    expect(scratch.directory(A).signalled()).toHaveLength(before);
    const next = await start();
    await next.call({ do: 'stop', frame: stop(A, NEVER_SECONDS) });
    await until('its word', () => said().includes('term'));
    letGo();
    expect(await finished(next)).toMatchObject({ exitCode: 5, stoppedBy: 'SIGTERM', output: { stdout: { tail: 'ready\nterm\n' } } });
  });

  it('before the wish was durable leaves the job alone until the server asks again', async () => {
    await killedAt('stop-wanted', counts, NEVER_SECONDS);
    const next = await start();
    await reported(() => next.reports(), A, 'started');
    expect(scratch.directory(A).signalled()).toEqual([]);
    await next.call({ do: 'stop', frame: stop(A, NEVER_SECONDS) });
    await until('its word', () => said().includes('term'));
    letGo();
    expect(await finished(next)).toMatchObject({ exitCode: 5, stoppedBy: 'SIGTERM' });
  });

  it.each<KeeperStep>(['signalled', 'signal-kept'])('at "%s" says so though the job ended with 0 while nobody watched', async (step) => {
    await killedAt(step, 'trap "exit 0" TERM; echo ready; while :; do sleep 0.01; done', NEVER_SECONDS);
    await result();
    expect(await finished(await start())).toMatchObject({ exitCode: 0, stoppedBy: 'SIGTERM' });
  });

  it.each<KeeperStep>(['stop-wanted', 'stopping'])('at "%s" claims nothing of a job that ended by itself while nobody watched', async (step) => {
    await killedAt(step, counts, NEVER_SECONDS);
    letGo();
    await result();
    const report = await finished(await start());
    expect(report).toMatchObject({ exitCode: 5, output: { stdout: { tail: 'ready\n' } } });
    expect(report).not.toHaveProperty('stoppedBy');
  });

  it.each<KeeperStep>(['stopping', 'signalled'])('at "%s" ends what an orphaned execution left', async (step) => {
    await killedAt(step, 'trap "" TERM; echo ready; while :; do sleep 0.01; done', 0.1);
    const job = scratch.directory(A).started()?.job ?? { pid: 0, startTime: '' };
    const claim = scratch.directory(A).claim();
    signal(claim?.by === 'wrapper' ? claim.wrapper.pid : 0, 'SIGKILL');
    const next = await start();
    await reported(() => next.reports(), A, 'lost');
    expect(isAlive(job)).toBe(false);
  });
});
