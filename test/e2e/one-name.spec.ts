import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentDetailsView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { type Injection, onBoot } from '../support/injection.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

const TASKS = `
import { appendFileSync, existsSync } from 'node:fs';
import { promisify } from 'node:util';
const pause = promisify(setTimeout);
export default {
  wait: async ({ executionId, parameters }) => { appendFileSync(parameters.MARKS, 'begin ' + executionId + '\\n'); while (!existsSync(parameters.RELEASE)) await pause(20); appendFileSync(parameters.MARKS, 'end ' + executionId + '\\n'); },
};
`;

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  writeFileSync(here.path('tasks.mjs'), TASKS);
  await here.startServer();
  await here.startAgent('local', { tasks: here.path('tasks.mjs') });
}, 60_000);

afterEach(() => here.destroy(), 60_000);

const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
const marksOf = (runId: string) => here.marks().filter((line) => line.includes(` ${runId}~`));
const kiroku = (...args: string[]) => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
const logOf = (who: string) => (existsSync(here.path(`${who}.log`)) ? readFileSync(here.path(`${who}.log`), 'utf8').split('\n') : []);
const troublesOf = (who: string) => logOf(who).filter((line) => line.includes('no contact'));
const session = async () => (await here.api.get<AgentDetailsView>('/api/v1/agents/local')).newestSession?.session;
const turnedAway = () => waitFor('it is turned away', () => troublesOf('second').length > 0);

/** A command and a task that run until the test lets them go. */
async function startBoth(): Promise<string[]> {
  const parameters = `parameters: { MARKS: ${here.path('marks')}, RELEASE: ${here.path('release')} }\n`;
  const command = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${mark('end')}`;
  await here.api.define('COMMAND', `jobnet: COMMAND\njobs:\n  J1: { agent: local, command: ${JSON.stringify(command)} }\n`);
  await here.api.define('TASK', `jobnet: TASK\n${parameters}jobs:\n  J1: { agent: local, task: wait }\n`);
  const runs = [await here.api.start('COMMAND'), await here.api.start('TASK')];
  for (const runId of runs) await here.job(runId, 'J1', 'running');
  for (const runId of runs) await waitFor('it has begun', () => marksOf(runId).length === 1);
  return runs;
}

async function expectBothUnharmed(runs: readonly string[], before: number | undefined): Promise<void> {
  expect(await session()).toBe(before);
  writeFileSync(here.path('release'), '');
  for (const runId of runs) {
    await here.status(runId, 'succeeded');
    expect(marksOf(runId)).toEqual([`begin ${runId}~J1~1`, `end ${runId}~J1~1`]);
  }
}

function second(data: string, ...inject: Injection[]): KirokuProcess {
  const token = readFileSync(join(here.data, 'agent.token'), 'utf8').trim();
  const args = ['agent', 'start', '--name', 'local', '--server', here.url, '--data', data, '--token', token, '--tasks', here.path('tasks.mjs')];
  const agent = KirokuProcess.start(args, { cwd: here.directory, log: here.path('second.log'), inject });
  here.agents.set('second', agent);
  return agent;
}

function copyOfTheFirst(): string {
  cpSync(here.agentData(), here.path('copy'), { recursive: true, filter: (path) => !lstatSync(path).isFIFO() });
  return here.path('copy');
}

/** The first is gone, and the second comes in by itself: what the first had ended stays as it is, and new work runs once. */
async function expectSuccession(runs: readonly string[], agent: KirokuProcess): Promise<void> {
  await here.killAgent();
  await waitFor('the second is connected', () => agent.printed().includes(`connected to ${here.url}`));
  const runId = await here.api.start('COMMAND');
  await here.status(runId, 'succeeded');
  expect(marksOf(runId)).toHaveLength(2);
  for (const before of runs) {
    expect(await here.api.run(before)).toMatchObject({ status: 'succeeded', jobs: [{ state: 'succeeded', attempt: 1, executions: [{ state: 'succeeded' }] }] });
    expect(marksOf(before)).toHaveLength(2);
  }
}

describe('a second agent of one name', () => {
  it('on a directory of its own is turned away while the first lives, says so once, and comes in when that is gone', async () => {
    const runs = await startBoth();
    const before = await session();
    const agent = second(here.path('own'));
    await turnedAway();
    expect(troublesOf('second')[0]).toContain('agent local is connected; another one cannot enrol with its name until that connection is gone');
    const [refused] = await here.api.events('?type=CommandRefused');
    expect(refused?.data).toMatchObject({ path: '/api/v1/agents/local/sessions', status: 409, code: 'agent-name-in-use' });
    await expectBothUnharmed(runs, before);
    expect(agent.isAlive).toBe(true);
    expect(troublesOf('second')).toHaveLength(1);
    await expectSuccession(runs, agent);
    expect((await here.api.events('?type=AgentEnrolled,AgentCredentialRotated')).map(({ type }) => type)).toEqual(['AgentEnrolled', 'AgentCredentialRotated']);
  }, 120_000);

  it('on a copy of its directory, on the same host, ends with one line and 1, and touches nothing of the first', async () => {
    const runs = await startBoth();
    const before = await session();
    const agent = second(copyOfTheFirst());
    await waitFor('it has ended', () => agent.exitCode !== null);
    await agent.fellSilent;
    expect(agent.exitCode).toBe(1);
    expect(logOf('second').filter((line) => line !== '')).toEqual([expect.stringMatching(/^kiroku: the data directory .*copy is a copy of one that another agent \(process \d+\) has in use; /)]);
    await expectBothUnharmed(runs, before);
  }, 120_000);

  it('on a copy of its directory, on another host, is turned away and on record; nothing runs twice, then and later', async () => {
    const runs = await startBoth();
    const before = await session();
    const agent = second(copyOfTheFirst(), onBoot('of another host'));
    await turnedAway();
    expect(troublesOf('second')[0]).toContain('another agent is connected as local; this one is not that process');
    await waitFor('it is on record', async () => (await kiroku('agent', 'show', 'local')).stdout.includes('refused connections with its name:'));
    expect((await kiroku('agent', 'show', 'local')).stdout).toMatch(new RegExp(` ${agent.pid} +session ${before} from \\S+ is connected, and this hello does not follow it`));
    await expectBothUnharmed(runs, before);
    expect(await here.api.events('?type=AgentConnectionRefused')).toHaveLength(1);
    await expectSuccession(runs, agent);
    expect((await here.api.events('?type=JobLost,JobNotKnownToAgent,JobRerunRequested')).map(({ type }) => type)).toEqual([]);
  }, 120_000);

  it('on the same directory ends with one line and 1', async () => {
    const runs = await startBoth();
    const before = await session();
    const agent = second(here.agentData());
    await waitFor('it has ended', () => agent.exitCode !== null);
    expect(agent.exitCode).toBe(1);
    expect(logOf('second')[0]).toMatch(/^kiroku: the data directory .* is in use by another agent \(process \d+\); /);
    expect(readdirSync(here.agentData()).filter((name) => /^lock\.[0-9]+$/.test(name))).toHaveLength(1);
    await expectBothUnharmed(runs, before);
  }, 120_000);
});
