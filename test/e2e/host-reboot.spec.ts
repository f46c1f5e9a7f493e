import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from '../support/deployment.js';
import { onBoot } from '../support/injection.js';
import { type Outcome, runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

/** Leaves a mark and runs until the test lets it go. */
const TASKS = `
import { appendFileSync, existsSync } from 'node:fs';
import { promisify } from 'node:util';
const pause = promisify(setTimeout);
export default {
  wait: async ({ jobId, parameters }) => { appendFileSync(parameters.MARKS, jobId + '\\n'); while (!existsSync(parameters.RELEASE)) await pause(20); },
};
`;

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  writeFileSync(here.path('tasks.mjs'), TASKS);
  await here.startServer();
}, 60_000);

afterEach(() => here.destroy(), 60_000);

const kiroku = (...args: string[]): Promise<Outcome> => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
const shown = async (runId: string) => (await kiroku('run', 'show', runId)).stdout;
const reasonOf = async (runId: string) => (await here.api.run(runId)).jobs[0]?.executions.at(-1)?.reason;
const bootsIn = (reason = '') => /\(boot (\S+), now (\S+)\)$/.exec(reason)?.slice(1);

const held = (mark: string) => `echo ${mark} >> ${here.path('marks')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done`;
const chain = () => `jobnet: A\njobs:\n  A1: { agent: local, command: ${JSON.stringify(held('A1'))} }\n  A2: { agent: local, after: A1, command: "echo A2 >> ${here.path('marks')}" }\n`;

describe('the host of an agent', () => {
  it('3: reboots while A1 runs and the server is dead: A1 is lost with the reason, stays open, and an operator settles it', async () => {
    await here.startAgent('local', { inject: [onBoot('first')] });
    const runId = await here.startUntilA1Runs(chain());
    await here.killServer();
    const rebooted = await here.rebootHost('local', 'second');
    await here.startServer();
    expect(await here.job(runId, 'A1', 'running')).toMatchObject({ evidence: { kind: 'silent' } });
    await here.startAgent('local', { inject: [rebooted] });

    await here.job(runId, 'A1', 'lost');
    expect(bootsIn(await reasonOf(runId))).toEqual(['first', 'second']);
    expect(await shown(runId)).toMatch(/A1 +lost .*waits for an operator's decision; the host was rebooted before its end was known \(boot first, now second\)/);
    expect((await kiroku('execution', 'show', `${runId}~A1~1`)).stdout).toContain('the host was rebooted');
    expect(await here.api.run(runId)).toMatchObject({ status: 'failing', jobs: [{ attempt: 1 }, { state: 'waiting' }] });

    await here.killServer();
    await here.startServer();
    await here.agentIs('connected');
    expect(await here.api.run(runId)).toMatchObject({ status: 'failing', jobs: [{ state: 'lost' }, { state: 'waiting' }] });
    expect((await kiroku('job', 'settle', runId, 'A1', '--outcome', 'succeeded', '--reason', 'its file is there')).code).toBe(0);
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['A1', 'A2']);
    expect(await here.api.events(`?stream=run-${runId}&type=JobLost,JobOutcomeSettled`)).toMatchObject([{ type: 'JobLost' }, { type: 'JobOutcomeSettled', reason: 'its file is there' }]);
  }, 120_000);

  it('reboots when A1 has ended and nobody was there to hear of it: its real result counts', async () => {
    await here.startAgent('local', { inject: [onBoot('first')] });
    const runId = await here.startUntilA1Runs(chain());
    await here.killAgent();
    writeFileSync(here.path('release'), '');
    const executions = join(here.agentData(), 'executions');
    await waitFor('its wrapper has written the result', () => readdirSync(executions, { recursive: true }).some((path) => String(path).endsWith('/result')));
    await here.startAgent('local', { inject: [await here.rebootHost('local', 'second')] });
    expect(await here.status(runId, 'succeeded')).toMatchObject({ jobs: [{ state: 'succeeded', exitCode: 0, attempt: 1 }, {}] });
    expect(here.marks()).toEqual(['A1', 'A2']);
  }, 120_000);
});

describe('what ended an execution without a result', () => {
  const job = (more: string) => `  J1: { agent: local, ${more} }\n`;
  const parameters = () => `parameters: { MARKS: ${here.path('marks')}, RELEASE: ${here.path('release')} }\n`;
  /** Says which processes are its own: itself and its wrapper. */
  const telling = (name: string) => JSON.stringify(`echo "${name} $$ $PPID" >> ${here.path('marks')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done`);

  async function startUntilItRuns(name: string, what: string): Promise<{ runId: string; pids: number[] }> {
    await here.api.define(name, `jobnet: ${name}\n${parameters()}jobs:\n${job(what)}`);
    const before = here.marks().length;
    const runId = await here.api.start(name);
    await here.job(runId, 'J1', 'running');
    const mark = await waitFor(`${name} has begun`, () => here.marks()[before]);
    return { runId, pids: mark.split(' ').slice(1).map(Number) };
  }

  it('is told apart: a reboot, a killed wrapper with and without its job, a killed task host, a killed agent with a task', async () => {
    await here.startAgent('local', { tasks: here.path('tasks.mjs'), inject: [onBoot('first')] });
    const gone = await startUntilItRuns('Gone', `command: ${telling('Gone')}`);
    const orphan = await startUntilItRuns('Orphan', `command: ${telling('Orphan')}`);
    const hosted = await startUntilItRuns('Hosted', 'task: wait');
    const [wrapperOfGone, wrapperOfOrphan] = [gone, orphan].map(({ pids }) => pids[1]!);
    // The wrapper first, so that it does not see the end of its job.
    process.kill(wrapperOfGone!, 'SIGKILL');
    process.kill(gone.pids[0]!, 'SIGKILL');
    process.kill(wrapperOfOrphan!, 'SIGKILL');
    const hosts = readdirSync(join(here.agentData(), 'task-hosts')).map((name) => Number(name.split('.')[0]));
    hosts.forEach((pid) => process.kill(pid, 'SIGKILL'));
    await here.job(gone.runId, 'J1', 'lost');
    await here.job(hosted.runId, 'J1', 'lost');
    expect(await waitFor('the other is orphaned', async () => (await here.api.run(orphan.runId)).jobs.find(({ evidence }) => evidence.kind === 'orphaned'))).toMatchObject({ state: 'running' });
    const task = await startUntilItRuns('Task', 'task: wait');
    await here.killAgent();
    await here.startAgent('local', { tasks: here.path('tasks.mjs'), inject: [onBoot('first')] });
    await here.job(task.runId, 'J1', 'lost');
    const rebooted = await startUntilItRuns('Rebooted', `command: ${telling('Rebooted')}`);
    expect((await kiroku('running')).stdout).toMatch(new RegExp(`Orphan .*orphaned.*${orphan.runId}~J1~1`));
    await here.startAgent('local', { inject: [await here.rebootHost('local', 'second')] });
    await here.job(rebooted.runId, 'J1', 'lost');
    await here.job(orphan.runId, 'J1', 'lost');

    const reasons = { gone: /its wrapper and all its processes are gone and left no result/, hosted: /the task host died: /, task: /a task ends with its agent/, rebooted: /the host was rebooted .*boot first, now second/ };
    for (const [name, { runId }] of Object.entries({ gone, hosted, task, rebooted })) {
      expect([name, await reasonOf(runId)]).toEqual([name, expect.stringMatching(reasons[name as keyof typeof reasons])]);
      expect(await shown(runId)).toMatch(new RegExp(`J1 +lost .*${reasons[name as keyof typeof reasons].source}`));
    }
    expect(await shown(orphan.runId)).toMatch(/J1 +lost .*the host was rebooted/);
    expect(here.marks().map((mark) => mark.split(' ')[0])).toEqual(['Gone', 'Orphan', 'J1', 'J1', 'Rebooted']);
    expect((await kiroku('running')).stdout).toContain('nothing is running');
  }, 180_000);

  it('is decided by what the author of the job wrote, each time: it fails after the kill of its wrapper, and runs once more after that and after a reboot', async () => {
    await here.startAgent('local', { inject: [onBoot('first')] });
    const failing = await startUntilItRuns('Failing', `onLost: fail, command: ${telling('Failing')}`);
    const again = await startUntilItRuns('Again', `onLost: rerun, command: ${telling('Again')}`);
    for (const { pids: [own, wrapper] } of [failing, again]) for (const pid of [wrapper!, own!]) process.kill(pid, 'SIGKILL');
    await here.job(failing.runId, 'J1', 'failed');
    await waitFor('the other runs once more', () => here.marks().length === 3);
    await here.job(again.runId, 'J1', 'running');
    await here.startAgent('local', { inject: [await here.rebootHost('local', 'second')] });
    await waitFor('and once more', () => here.marks().length === 4);
    writeFileSync(here.path('release'), '');
    expect(await here.status(again.runId, 'succeeded')).toMatchObject({ jobs: [{ attempt: 3, exitCode: 0 }] });
    expect(here.marks().map((mark) => mark.split(' ')[0])).toEqual(['Failing', 'Again', 'Again', 'Again']);

    const decided = async (runId: string) => (await here.api.events(`?stream=run-${runId}&type=JobLost,JobFailedByPolicy,JobRerunRequested`)).map(({ type, data }) => [type, (data as { policy?: string }).policy]);
    expect(await decided(failing.runId)).toEqual([['JobLost', undefined], ['JobFailedByPolicy', 'onLost']]);
    expect(await decided(again.runId)).toEqual([['JobLost', undefined], ['JobRerunRequested', 'onLost'], ['JobLost', undefined], ['JobRerunRequested', 'onLost']]);
  }, 180_000);
});
