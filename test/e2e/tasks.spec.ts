import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobnetView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { type Outcome, runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

/** Tasks of this test: each leaves a mark, so that a second call would show. */
const MODULE = `
import { appendFileSync, existsSync } from 'node:fs';
import { promisify } from 'node:util';
const pause = promisify(setTimeout);
const mark = ({ parameters, jobId }, text) => appendFileSync(parameters.MARKS, jobId + ' ' + text + '\\n');
const released = async ({ parameters, signal }) => { while (!existsSync(parameters.RELEASE)) await pause(20, undefined, { signal }); };
export default {
  fetch: async (context) => { mark(context, 'begin'); console.log('fetched for ' + context.parameters.WHO); },
  load: async (context) => { mark(context, 'begin'); context.logger.info('loading'); await released(context); mark(context, 'end'); },
  deaf: (context) => { mark(context, 'begin'); for (;;); },
};
`;

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

describe('tasks', () => {
  let here: Deployment;

  beforeEach(async () => {
    here = await Deployment.create();
    writeFileSync(here.path('tasks.mjs'), MODULE);
    await here.startServer();
  }, 60_000);

  afterEach(() => here.destroy(), 60_000);

  function kiroku(...args: string[]): Promise<Outcome> {
    return runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
  }

  async function startAgent(module: string | undefined = here.path('tasks.mjs')): Promise<void> {
    const data = join(here.data, 'agent-local');
    const args = ['agent', 'start', '--name', 'local', '--server', here.url, '--data', data, '--slots', '8', ...(module === undefined ? [] : ['--tasks', module])];
    const agent = KirokuProcess.start(args, { cwd: here.directory, log: here.path('local.log') });
    here.agents.set('local', agent);
    await waitFor('the agent is connected', () => agent.printed().some((line) => line.startsWith('connected to ')));
  }

  /** What every job of these jobnets knows. */
  async function apply(...jobs: string[]): Promise<void> {
    const parameters = `parameters: { WHO: nobody, MARKS: ${here.path('marks')}, RELEASE: ${here.path('release')} }`;
    writeFileSync(here.path('t.yaml'), ['jobnet: T', parameters, 'jobs:', ...jobs.map((job) => `  ${job}`)].join('\n'));
    expect(await kiroku('jobnet', 'apply', 't.yaml')).toMatchObject({ code: 0 });
  }

  async function start(...args: string[]): Promise<string> {
    const { stdout } = await kiroku('run', 'start', 'T', '--json', ...args);
    return (JSON.parse(stdout) as { runId: string }).runId;
  }

  async function startUntilItRuns(): Promise<string> {
    const runId = await start();
    await waitFor('it has begun', () => here.marks().length === 1);
    await here.job(runId, 'T1', 'running');
    return runId;
  }

  it('and commands follow one another, with the parameters of the run, and what they print is kept', async () => {
    await startAgent();
    await apply('T1: { agent: local, task: fetch }', `C: { agent: local, after: T1, command: "echo $WHO" }`, 'T2: { agent: local, after: C, task: load }');
    writeFileSync(here.path('release'), '');
    const runId = await start('--param', 'WHO=somebody');
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['T1 begin', 'T2 begin', 'T2 end']);
    expect(await kiroku('job', 'output', runId, 'T1')).toMatchObject({ code: 0, stdout: 'fetched for somebody\n' });
    expect(await kiroku('job', 'output', runId, 'C')).toMatchObject({ code: 0, stdout: 'somebody\n' });
    expect((await kiroku('jobnet', 'show', 'T')).stdout).toMatch(/T2 +C +local +task load/);
    expect((await here.api.get<JobnetView>('/api/v1/jobnets/T')).definition.jobs[0]).toMatchObject({ task: 'fetch' });
  }, 120_000);

  it('that are stopped end by their signal, and keep the reason in their stderr', async () => {
    await startAgent();
    await apply('T1: { agent: local, task: load }');
    const runId = await startUntilItRuns();
    expect(await kiroku('job', 'stop', runId, 'T1', '--reason', 'enough')).toMatchObject({ code: 0 });
    expect(await here.job(runId, 'T1', 'stopped')).toMatchObject({ exitCode: 1, pending: [] });
    expect((await kiroku('job', 'output', runId, 'T1', '--stream', 'stderr')).stdout).toContain('the job was stopped');
    expect(here.marks()).toEqual(['T1 begin']);
  }, 120_000);

  it('that keep the loop are killed with their host when their grace is over', async () => {
    await startAgent();
    await apply('T1: { agent: local, task: deaf, stopGraceSeconds: 1 }');
    const runId = await startUntilItRuns();
    expect(await kiroku('job', 'stop', runId, 'T1', '--reason', 'enough')).toMatchObject({ code: 0 });
    expect(await here.job(runId, 'T1', 'stopped')).toMatchObject({ signal: 'SIGKILL' });
  }, 120_000);

  it.each(['load', 'deaf'])('are lost when their agent is killed, said so, and called again only when an operator says so (%s)', async (task) => {
    await startAgent();
    await apply(`T1: { agent: local, task: ${task} }`);
    const runId = await startUntilItRuns();
    const hosts = hostsOf(here);
    expect(hosts.length).toBeGreaterThan(0);
    await here.killAgent();
    await startAgent();
    const { executions } = await here.job(runId, 'T1', 'lost');
    expect(executions[0]).toMatchObject({ state: 'lost', reason: expect.stringContaining('the agent ended while the task was running') as string });
    expect(hosts.filter((pid) => existsSync(`/proc/${pid}/status`) && !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8')))).toEqual([]);
    expect(here.marks()).toEqual(['T1 begin']);
    await apply('T1: { agent: local, task: load }');
    writeFileSync(here.path('release'), '');
    if (task === 'deaf') return expect(await kiroku('job', 'settle', runId, 'T1', '--outcome', 'succeeded', '--reason', 'it was done')).toMatchObject({ code: 0 });
    expect(await kiroku('job', 'rerun', runId, 'T1', '--reason', 'once more')).toMatchObject({ code: 0 });
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['T1 begin', 'T1 begin', 'T1 end']);
  }, 120_000);

  it('are declined by an agent that has no such task, which says what it has; the job is held', async () => {
    await startAgent();
    await apply('T1: { agent: local, task: fetsh }');
    const runId = await start();
    const { executions } = await here.job(runId, 'T1', 'held');
    expect(executions[0]).toMatchObject({ state: 'declined', reason: 'this agent has no task fetsh; it has fetch, load, deaf' });
  }, 120_000);

  it('that cannot be loaded end the agent with 2, the file and the error, before it connects', async () => {
    mkdirSync(here.path('agent'));
    writeFileSync(here.path('broken.mjs'), 'export default { fetch: missing };');
    const outcome = await runKiroku(['agent', 'start', '--name', 'local', '--server', here.url, '--data', here.path('agent'), '--tasks', 'broken.mjs'], { cwd: here.directory });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain(`--tasks: ${here.path('broken.mjs')} cannot be loaded: ReferenceError: missing is not defined`);
  }, 120_000);

  it('of the examples run, with the helper of this package', async () => {
    await startAgent(join(EXAMPLES, 'tasks.mjs'));
    expect(await kiroku('jobnet', 'apply', join(EXAMPLES, 'tasks.yaml'))).toMatchObject({ code: 0 });
    const runId = await start();
    await here.status(runId, 'succeeded');
    expect(await kiroku('job', 'output', runId, 'greet')).toMatchObject({ stdout: `Hello world, this is run ${runId}\n` });
  }, 120_000);
});

/** As the agent has them on record. */
function hostsOf(here: Deployment): number[] {
  return readdirSync(join(here.data, 'agent-local', 'task-hosts')).map((name) => Number(name.split('.')[0]));
}
