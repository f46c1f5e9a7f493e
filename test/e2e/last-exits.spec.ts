import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentView, JobView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { runKiroku } from '../support/run-kiroku.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let proxy: TcpProxy | undefined;

beforeEach(async () => {
  here = await Deployment.create();
  // Long enough that nobody is unreachable by the way, short enough to wait for.
  writeFileSync(join(here.directory, 'kiroku.yaml'), 'agent-grace: 2\n');
  await here.startServer();
}, 60_000);

afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  await here.destroy();
}, 60_000);

const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
/** Leaves a mark, and runs until the test lets it go by a file of its own job. */
const held = (name: string) => `${mark('begin')}; while [ ! -e ${here.path(`release-${name}`)} ]; do sleep 0.05; done; ${mark('end')}; exit 3`;
const release = (name: string) => writeFileSync(here.path(`release-${name}`), '');
/** One job J1 on the agent, held under the jobnet's name. */
const jobnet = (name: string, more = '') => `jobnet: ${name}\njobs:\n  J1: { agent: local, successCodes: [3], ${more} command: ${JSON.stringify(held(name))} }\n`;
const marksOf = (runId: string) => here.marks().filter((line) => line.includes(` ${runId}~`));
const j1 = async (runId: string): Promise<JobView | undefined> => (await here.api.run(runId)).jobs[0];
const agentShown = () => here.api.get<AgentView>('/api/v1/agents/local');
const kiroku = (...args: string[]) => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });

async function startUntilItRuns(name: string, more = ''): Promise<string> {
  await here.api.define(name, jobnet(name, more));
  const runId = await here.api.start(name);
  await here.job(runId, 'J1', 'running');
  await waitFor('its process has begun', () => marksOf(runId).length === 1);
  return runId;
}

const unreachable = () => waitFor('the agent is unreachable', async () => (await agentShown()).unreachable === true && agentShown());

describe('an agent that nobody can reach', () => {
  it('7: its job is running and unreachable since the link broke, never failed, and resolves by itself when the link is back', async () => {
    proxy = await TcpProxy.to(here.port);
    await here.startAgent('local', { servers: [proxy.url] });
    const runId = await startUntilItRuns('A');
    proxy.cut();
    proxy.holdRequests();
    const { since } = await unreachable();
    expect(await j1(runId)).toMatchObject({ state: 'running', evidence: { kind: 'unreachable', since } });
    expect((await kiroku('run', 'show', runId)).stdout).toMatch(/J1 +running .*agent unreachable since /);
    expect((await kiroku('running')).stdout).toMatch(new RegExp(`agent unreachable since .* ${runId}~J1~1\\n`));

    await here.killServer();
    await here.startServer();
    expect(await j1(runId)).toMatchObject({ state: 'running', evidence: { kind: 'unreachable', since } });

    proxy.cut();
    await waitFor('it is confirmed again', async () => (await j1(runId))?.evidence.kind === 'confirmed');
    release('A');
    await here.status(runId, 'succeeded');
    expect(marksOf(runId)).toEqual([`begin ${runId}~J1~1`, `end ${runId}~J1~1`]);
    expect((await here.api.events('?type=AgentUnreachable')).map(({ data }) => data)).toMatchObject([{ silentSince: since }]);
    expect((await here.api.events(`?stream=run-${runId}`)).map(({ type }) => type).filter((type) => !/Accepted|Started/.test(type))).toEqual(['JobDispatched', 'JobFinished', 'RunFinished']);
  }, 120_000);

  it('7: the same with an agent that is stopped, and goes on where it was', async () => {
    await here.startAgent();
    const runId = await startUntilItRuns('A');
    here.agents.get('local')?.signal('SIGSTOP');
    const { since, lastContactAt = '' } = await unreachable();
    expect(lastContactAt < since).toBe(true);
    expect(await j1(runId)).toMatchObject({ state: 'running', evidence: { kind: 'unreachable', since } });
    here.agents.get('local')?.signal('SIGCONT');
    await waitFor('it is confirmed again', async () => (await j1(runId))?.evidence.kind === 'confirmed');
    release('A');
    await here.status(runId, 'succeeded');
    expect(marksOf(runId)).toHaveLength(2);
  }, 120_000);
});

describe('an agent whose directory is wiped', () => {
  it('8: does not know its jobs any more; each jobnet has what its author has written', async () => {
    await here.startAgent();
    const ask = await startUntilItRuns('Ask');
    const fail = await startUntilItRuns('Fail', 'onUnknown: fail,');
    const rerun = await startUntilItRuns('Rerun', 'onUnknown: rerun,');
    await here.loseAgent();
    rmSync(join(here.data, 'agent-local'), { recursive: true, force: true });
    await here.startAgent();

    expect(await waitFor('it is not known', async () => (await j1(ask))?.evidence.kind === 'unknown-to-agent' && j1(ask))).toMatchObject({ state: 'running' });
    expect((await kiroku('run', 'show', ask)).stdout).toMatch(/J1 +running .*not known to the agent since /);
    expect(await here.job(fail, 'J1', 'failed')).toMatchObject({ executions: [{ state: 'running', evidence: { kind: 'unknown-to-agent' } }] });
    await waitFor('it runs once more', () => marksOf(rerun).length === 2);
    expect(marksOf(rerun)).toEqual([`begin ${rerun}~J1~1`, `begin ${rerun}~J1~2`]);
    expect((await here.api.events('?type=JobFailedByPolicy,JobRerunRequested')).map(({ stream, data }) => [stream, (data as { policy?: string }).policy]).sort())
      .toEqual([[`run-${fail}`, 'onUnknown'], [`run-${rerun}`, 'onUnknown']].sort());

    expect((await kiroku('execution', 'abandon', `${ask}~J1~1`, '--reason', 'its files are gone')).code).toBe(0);
    expect(await here.job(ask, 'J1', 'lost')).toMatchObject({ executions: [{ state: 'abandoned' }] });
    expect((await kiroku('job', 'settle', ask, 'J1', '--outcome', 'succeeded', '--reason', 'the file is there')).code).toBe(0);
    await here.status(ask, 'succeeded');
    for (const name of ['Ask', 'Fail', 'Rerun']) release(name);
    await here.status(rerun, 'succeeded');
    expect(marksOf(ask)).toContain(`begin ${ask}~J1~1`);
    expect(marksOf(ask).filter((line) => line.startsWith('begin'))).toHaveLength(1);
  }, 120_000);
});

describe('an agent that is declared lost', () => {
  it('is back after all: what it ran is kept as a late result, and the re-run runs once', async () => {
    await here.startAgent('local', { slots: 1 });
    const rerun = await startUntilItRuns('Rerun', 'onLost: rerun,');
    await here.loseAgent();
    expect((await kiroku('agent', 'declare-lost', 'local', '--reason', 'the host burned down')).stdout).toMatch(/^agent local is declared lost: nobody waits for what it had \(position \d+\)\n$/);
    expect(await j1(rerun)).toMatchObject({ state: 'ready', attempt: 2, executions: [{ state: 'abandoned' }], waitsFor: [expect.stringMatching(/declared lost since .* \(the host burned down\)/) as string] });
    expect((await kiroku('agent', 'show', 'local')).stdout).toMatch(/declared lost since .* by admin: the host burned down/);
    release('Rerun');
    await waitFor('the process has ended', () => marksOf(rerun).length === 2);

    await here.startAgent('local', { slots: 1 });
    await here.status(rerun, 'succeeded');
    const job = await waitFor('the late result is there', async () => (await j1(rerun))?.executions[0]?.late === true && j1(rerun));
    expect(job).toMatchObject({ state: 'succeeded', attempt: 2, executions: [{ executionId: `${rerun}~J1~1`, state: 'succeeded', late: true }, { executionId: `${rerun}~J1~2`, state: 'succeeded' }] });
    expect(marksOf(rerun)).toEqual([1, 1, 2, 2].map((ordinal, index) => `${index % 2 === 0 ? 'begin' : 'end'} ${rerun}~J1~${ordinal}`));
    expect(await agentShown()).not.toHaveProperty('declaredLost');
  }, 120_000);

  it('is replaced by one on another host with its name: the job runs there once, and the lost one, back again, runs nothing', async () => {
    await here.startAgent();
    const rerun = await startUntilItRuns('Rerun', 'onLost: rerun,');
    await here.loseAgent();
    await kiroku('agent', 'declare-lost', 'local', '--reason', 'the host burned down');
    const token = readFileSync(join(here.data, 'agent.token'), 'utf8').trim();
    const replacement = KirokuProcess.start(['agent', 'start', '--name', 'local', '--server', here.url, '--data', here.path('other-host'), '--token', token], { cwd: here.directory, log: here.path('replacement.log') });
    here.agents.set('replacement', replacement);
    await waitFor('it runs once more', () => marksOf(rerun).length === 2);
    expect(marksOf(rerun)).toEqual([`begin ${rerun}~J1~1`, `begin ${rerun}~J1~2`]);

    await here.startAgent('local', { connected: false });
    await waitFor('the lost one is turned away', () => existsSync(here.path('local.log')) && /agent-name-in-use|another one cannot enrol/.test(readFileSync(here.path('local.log'), 'utf8')));
    release('Rerun');
    expect(await here.status(rerun, 'succeeded')).toMatchObject({ jobs: [{ attempt: 2, executions: [{}, { state: 'succeeded' }] }] });
    expect(marksOf(rerun).filter((line) => line.startsWith('begin'))).toHaveLength(2);

    await replacement.kill();
    await waitFor('what the lost one brings is kept as a late result', async () => (await here.api.run(rerun)).jobs[0]?.executions[0]?.late === true);
    expect(await here.api.run(rerun)).toMatchObject({ status: 'succeeded', jobs: [{ executions: [{ state: 'succeeded' }, { state: 'succeeded' }] }] });
  }, 120_000);
});
