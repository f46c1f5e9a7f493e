import { writeFileSync } from 'node:fs';
import { Deployment } from '../support/deployment.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { type Outcome, runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

/** A1 runs until the test lets it go; A2 comes after it, on the same agent. */
function jobnet(here: Deployment): string {
  const mark = (word: string) => `echo "${word}" >> ${here.path('marks')}`;
  const a1 = `${mark('A1 begins')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${mark('A1 ends')}`;
  return ['jobnet: A', 'jobs:', `  A1: { agent: local, command: ${JSON.stringify(a1)} }`, `  A2: { agent: local, after: A1, command: ${JSON.stringify(mark('A2 begins'))} }`].join('\n');
}

const WAIT = ['agent', 'drain', 'local', '--reason', 'new disks', '--wait'];

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
  await here.api.define('A', jobnet(here));
}, 60_000);

afterEach(() => here.destroy(), 60_000);

const cli = (...args: string[]): Promise<Outcome> => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });

async function say(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...args, '--ticket', 'OPS-7');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function killServerAndStartAgain(): Promise<void> {
  await here.killServer();
  await here.startServer();
}

describe('an agent that is drained while a job runs', () => {
  it('ends it and gets nothing more, whoever is killed meanwhile, until it is resumed', async () => {
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'running');
    expect(await say('agent', 'drain', 'local', '--reason', 'new disks')).toMatch(/^agent local is drained: /);
    const waiting = KirokuProcess.start([...WAIT, '--url', here.url, '--data', here.data], { cwd: here.directory, log: here.path('waiting.log') });
    await waitFor('somebody waits for its end', () => waiting.printed().includes('1 execution is still open'));

    await here.killServer();
    writeFileSync(here.path('release'), '');
    await waitFor('A1 has ended', () => here.marks().includes('A1 ends'));
    await here.startServer();

    await here.job(runId, 'A1', 'succeeded');
    const drained = [expect.stringMatching(/^agent local, which is drained since \S+ by admin \(new disks, OPS-7\)$/)];
    const waits = () => waitFor('A2 waits for the drain alone', async () => {
      const a2 = await here.job(runId, 'A2', 'ready');
      return a2.waitsFor?.length === 1 && a2.waitsFor;
    });
    expect(await waits()).toEqual(drained);
    await waitFor('nobody waits any more', () => !waiting.isAlive);
    expect([waiting.exitCode, waiting.printed().at(-1)]).toEqual([0, 'nothing runs on agent local any more; it is safe to take down']);
    expect((await cli('agent', 'list')).stdout).toMatch(/^local +connected .* 0 +since .* by admin: new disks \[OPS-7\]/m);

    await here.killAgent();
    await here.startAgent();
    await killServerAndStartAgain();
    expect(await waits()).toEqual(drained);
    expect(here.marks()).toEqual(['A1 begins', 'A1 ends']);

    await say('agent', 'resume', 'local', '--reason', 'disks are in');
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['A1 begins', 'A1 ends', 'A2 begins']);
    expect((await cli('audit', '--stream', 'agent-local', '--type', 'AgentDrained,AgentResumed')).stdout).toMatch(/AgentDrained +admin +new disks \[OPS-7\]\n.*AgentResumed +admin +disks are in \[OPS-7\]\n$/);
  }, 120_000);
});

describe('a jobnet', () => {
  it('that is disabled starts no run, on record, also behind a SIGKILL, and is started again once it is enabled', async () => {
    writeFileSync(here.path('release'), '');
    await say('jobnet', 'disable', 'A', '--reason', 'month-end freeze');
    const refused = await cli('run', 'start', 'A');
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^kiroku: no run of A can be started: it is disabled since \S+ by admin \(month-end freeze, OPS-7\); .*\(jobnet-disabled\)\n$/) as string });
    await waitFor('the refusal is on record', async () => (await cli('audit', '--type', 'CommandRefused', '--json')).stdout.includes('jobnet-disabled'));
    await killServerAndStartAgain();
    expect((await cli('run', 'start', 'A')).code).toBe(1);
    expect((await cli('audit', '--jobnet', 'A')).stdout).toMatch(/JobnetDisabled +admin +month-end freeze \[OPS-7\]\n$/);
    await say('jobnet', 'enable', 'A');
    expect(await cli('run', 'start', 'A', '--wait')).toMatchObject({ code: 0 });
  }, 120_000);

  it('that is retired leaves the lists, keeps its history, and comes back', async () => {
    await say('jobnet', 'retire', 'A', '--reason', 'replaced by B');
    expect((await cli('jobnet', 'list')).stdout).toContain('there are no jobnets');
    expect((await cli('jobnet', 'list', '--all')).stdout).toMatch(/^A +retired .* by admin: replaced by B \[OPS-7\]$/m);
    expect((await cli('jobnet', 'versions', 'A')).stdout).toMatch(/^1 +2 .* admin$/m);
    writeFileSync(here.path('a.yaml'), jobnet(here).replace('A2 begins', 'A2 starts'));
    expect(await cli('jobnet', 'apply', 'a.yaml')).toMatchObject({ code: 1, stderr: expect.stringMatching(/it is retired since .*; enabled, it takes one again \(jobnet-retired\)\n$/) as string });
    await say('jobnet', 'enable', 'A', '--reason', 'B is not ready');
    expect(await cli('jobnet', 'apply', 'a.yaml')).toMatchObject({ code: 0, stdout: expect.stringContaining('jobnet A version 2') as string });
  }, 120_000);
});
