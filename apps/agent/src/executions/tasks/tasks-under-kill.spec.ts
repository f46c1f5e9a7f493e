import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeeperStep } from '../keeper-options.js';
import { identityOf } from '../process/proc.js';
import { KeeperHost } from '../testing/keeper-host.js';
import type { KeeperHostConfig } from '../testing/keeper-call.js';
import { idOf, receiptAt, reported, Scratch, signal, stop, taskDispatch } from '../testing/scratch.js';
import { until } from '../testing/wait-for.js';
import { callsOf, letGo, taskModule } from './testing/task-module.js';

/** Agents in processes of their own, killed with SIGKILL, and what the next one makes of their tasks. */
let scratch: Scratch;
let agents: KeeperHost[];
beforeEach(() => { scratch = new Scratch(); agents = []; });
afterEach(async () => {
  for (const agent of agents) await agent.kill();
  // A host that keeps its loop outlives its agent.
  for (const { pid } of callsOf(scratch)) if (recorded().some((name) => name.startsWith(`${pid}.${identityOf(pid)?.startTime}.`))) signal(pid, 'SIGKILL');
  await scratch.remove();
});

async function start(config: Partial<KeeperHostConfig> = {}): Promise<KeeperHost> {
  const agent = await KeeperHost.start({ dataDir: scratch.dataDir, slots: 4, tasks: { ...taskModule(scratch), hosts: 1 }, ...config });
  agents.push(agent);
  return agent;
}

const offer = (agent: KeeperHost, n: number, name: string) => agent.call({ do: 'offer', frame: taskDispatch(n, name) });
const recorded = (): string[] => readdirSync(join(scratch.dataDir, 'task-hosts'));
const lost = (agent: KeeperHost, n: number) => reported(() => agent.reports(), n, 'lost');
const calls = (n: number) => callsOf(scratch).filter(({ executionId }) => executionId === idOf(n));
const called = (n: number) => until(`task ${n} to be called`, () => calls(n).at(0));

describe('an agent killed between two steps of a task', () => {
  it.each<[KeeperStep, number, 'lost' | 'finished', number]>([
    ['accepted', 1, 'lost', 0], ['result-seen', 1, 'lost', 1], ['summarised', 1, 'lost', 1], ['ended', 1, 'finished', 1],
  ])('at "%s" calls nothing twice, and the next one says what can be known', async (step, occurrence, state, times) => {
    const agent = await start({ crashAt: { step, occurrence } });
    await offer(agent, 1, 'noop').catch(() => undefined);
    await agent.end();
    const next = await start();
    await reported(() => next.reports(), 1, state);
    await offer(next, 1, 'noop');
    await offer(next, 2, 'noop');
    await reported(() => next.reports(), 2, 'finished');
    expect(calls(1)).toHaveLength(times);
  });

  it('at "starting", with a task that had waited for a slot, has it lost', async () => {
    const agent = await start({ slots: 1, crashAt: { step: 'starting', occurrence: 1 } });
    await offer(agent, 1, 'wait');
    await called(1);
    await offer(agent, 2, 'noop');
    letGo(scratch);
    await agent.end();
    const next = await start();
    await lost(next, 2);
    expect(calls(2)).toEqual([]);
  });

  it('with a task that still waits for a slot has the next one call it, once', async () => {
    const agent = await start({ slots: 1 });
    await offer(agent, 1, 'wait');
    await called(1);
    await offer(agent, 2, 'noop');
    await agent.kill();
    const next = await start({ slots: 1 });
    await lost(next, 1);
    await next.call({ do: 'session', session: 1 });
    await reported(() => next.reports(), 2, 'finished');
    expect(calls(2)).toHaveLength(1);
  });

  it('after a result was acknowledged forgets it, and calls nothing again', async () => {
    const agent = await start({ crashAt: { step: 'acknowledged', occurrence: 1 } });
    await offer(agent, 1, 'noop');
    const { sequence } = await reported(() => agent.reports(), 1, 'finished');
    await agent.call({ do: 'acknowledge', executionId: idOf(1), sequence, receipt: receiptAt(9) }).catch(() => undefined);
    await agent.end();
    const next = await start();
    await reported(() => next.reports(), 1, 'finished');
    expect(calls(1)).toHaveLength(1);
  });
});

describe('an agent killed while a task runs', () => {
  it('takes its hosts with it, and the next one says that the task is lost', async () => {
    const agent = await start();
    await offer(agent, 1, 'wait');
    const { pid } = await called(1);
    await agent.kill();
    await until('the host to be gone', () => identityOf(pid) === undefined);
    const next = await start();
    expect(await lost(next, 1)).toMatchObject({ sequence: 3, reason: expect.stringMatching(/^the agent ended while the task was running, or about to/) as string });
    expect(calls(1)).toHaveLength(1);
  });

  it('leaves a host that keeps its loop; the next agent ends it before it says that the task is lost', async () => {
    const agent = await start();
    await offer(agent, 1, 'loop');
    const { pid } = await called(1);
    await agent.kill();
    expect(identityOf(pid)).toBeDefined();
    const next = await start();
    await lost(next, 1);
    expect(identityOf(pid)).toBeUndefined();
    expect(recorded().filter((name) => name.startsWith(`${pid}.`))).toEqual([]);
    await offer(next, 2, 'noop');
    await reported(() => next.reports(), 2, 'finished');
  });

  it('leaves such a host to be ended by an agent without tasks as well', async () => {
    const agent = await start();
    await offer(agent, 1, 'loop');
    const { pid } = await called(1);
    await agent.kill();
    const next = await KeeperHost.start({ dataDir: scratch.dataDir, slots: 4 });
    agents.push(next);
    await lost(next, 1);
    expect(identityOf(pid)).toBeUndefined();
  });

  it('in the middle of a stop has it lost: nobody saw how it ended', async () => {
    const agent = await start({ crashAt: { step: 'signal-kept', occurrence: 1 } });
    await offer(agent, 1, 'ignore');
    await called(1);
    await agent.call({ do: 'stop', frame: stop(1, 1000) }).catch(() => undefined);
    await agent.end();
    const next = await start();
    await next.call({ do: 'stop', frame: stop(1, 0) });
    await lost(next, 1);
    expect(calls(1)).toHaveLength(1);
  });
});
