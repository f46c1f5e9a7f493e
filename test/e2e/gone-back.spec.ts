import { copyFileSync, cpSync, existsSync, lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from '../support/deployment.js';
import { runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

/** A1 runs until the test lets it go, A2 comes after it; S is done at once. Each begin leaves a mark. */
function jobnets(here: Deployment): { readonly A: string; readonly S: string } {
  const mark = (word: string) => `echo "${word}" >> ${here.path('marks')}`;
  const a1 = `${mark('A1')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done`;
  return {
    A: ['jobnet: A', 'jobs:', `  A1: { agent: local, command: ${JSON.stringify(a1)} }`, `  A2: { agent: local, after: A1, command: ${JSON.stringify(mark('A2'))} }`].join('\n'),
    S: `jobnet: S\njobs:\n  S1: { agent: local, command: ${JSON.stringify(mark('S1'))} }\n`,
  };
}

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
  const { A, S } = jobnets(here);
  await here.api.define('A', A);
  await here.api.define('S', S);
}, 60_000);

afterEach(() => here.destroy(), 60_000);

async function say(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** The files of the log, taken or put back while nobody has them open. */
function copyLog(from: string, to: string): void {
  for (const file of ['log.db', 'log.db-wal', 'log.db-shm']) {
    rmSync(join(to, file), { force: true });
    if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
  }
}

async function whileDown(change: () => void): Promise<void> {
  await here.killServer();
  change();
  await here.startServer();
}

async function runToItsEnd(jobnet: string): Promise<void> {
  await here.status(await here.api.start(jobnet), 'succeeded');
}

const ahead = () => waitFor('the agent is known to know more', async () => (await say('log', 'show')).includes('agent local was told of position'));

describe('a log that was put back to a copy', () => {
  it('holds what was open in it, says what it does not know, and repeats nothing by itself', async () => {
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'running');
    await whileDown(() => copyLog(here.data, here.directory));
    await here.agentIs('connected');
    writeFileSync(here.path('release'), '');
    await here.status(runId, 'succeeded');
    await runToItsEnd('S');

    await whileDown(() => copyLog(here.directory, here.data));
    await ahead();
    expect(await here.job(runId, 'A1', 'running')).toMatchObject({ evidence: { kind: expect.stringMatching(/silent|unreachable/) as string } });
    await say('log', 'restored', '--reason', 'the disk broke; last night\'s copy');
    await here.agentIs('connected');
    const { jobs: [a1] } = await here.status(runId, 'held');
    expect(a1).toMatchObject({ state: 'running', evidence: { kind: 'unknown-to-agent' } });

    await say('job', 'settle', runId, 'A1', '--outcome', 'succeeded', '--reason', 'its file is there');
    await say('job', 'skip', runId, 'A2', '--reason', 'it ran before the disk broke');
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['A1', 'A2', 'S1']);
    expect(await here.api.events('?type=EpochBegan,RunHeldByRestore')).toMatchObject([
      { type: 'RunHeldByRestore', reason: 'the disk broke; last night\'s copy', actor: { id: 'admin' } }, { type: 'EpochBegan', data: { epoch: 1 } },
    ]);
  });

  it('has back what an agent holds and it has forgotten: it runs on, once, and what follows it follows', async () => {
    await say('agent', 'drain', 'local', '--reason', 'so that A1 is not dispatched yet');
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'ready');
    await whileDown(() => copyLog(here.data, here.directory));
    await here.agentIs('connected');
    await say('agent', 'resume', 'local', '--reason', 'go on');
    await here.job(runId, 'A1', 'running');
    await runToItsEnd('S');

    await whileDown(() => copyLog(here.directory, here.data));
    await ahead();
    expect((await here.job(runId, 'A1', 'ready')).executions).toEqual([]);
    await say('log', 'restored', '--reason', 'restored');
    await here.job(runId, 'A1', 'running');
    await say('agent', 'resume', 'local', '--reason', 'go on');
    await say('run', 'release', runId, '--reason', 'looked at');
    writeFileSync(here.path('release'), '');
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['A1', 'S1', 'A2']);
    expect((await here.api.run(runId)).jobs.map(({ executionId }) => executionId)).toEqual([`${runId}~A1~1`, `${runId}~A2~1~1`]);
  });
});

describe('an agent whose directory was put back to a copy', () => {
  it('does not run again what it has forgotten: that is not known to it, and a person decides', async () => {
    const own = join(here.data, 'agent-local');
    await runToItsEnd('S');
    await here.loseAgent();
    cpSync(own, here.path('copy'), { recursive: true, filter: (path) => !lstatSync(path).isFIFO() });
    await here.startAgent();
    await runToItsEnd('S');
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'running');

    await here.loseAgent();
    rmSync(own, { recursive: true });
    cpSync(here.path('copy'), own, { recursive: true });
    await here.startAgent();
    const a1 = await waitFor('A1 is not known to its agent', async () => (await here.api.run(runId)).jobs.find(({ evidence }) => evidence.kind === 'unknown-to-agent'));
    expect(a1).toMatchObject({ jobId: 'A1', state: 'running' });
    await runToItsEnd('S');
    await say('execution', 'abandon', `${runId}~A1~1`, '--reason', 'its process was ended by hand');
    await say('job', 'settle', runId, 'A1', '--outcome', 'succeeded', '--reason', 'its file is there');
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['S1', 'S1', 'A1', 'S1', 'A2']);
  });

  it('and its own again holds what was not known to it: the stop that was asked for meanwhile reaches it', async () => {
    const own = join(here.data, 'agent-local');
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'running');
    await waitFor('A1 has begun', () => here.marks().length === 1);
    await here.loseAgent();
    renameSync(own, here.path('not-mounted'));
    await here.startAgent();
    await waitFor('A1 is not known to its agent', async () => (await here.api.run(runId)).jobs.find(({ evidence }) => evidence.kind === 'unknown-to-agent'));
    await say('job', 'stop', runId, 'A1', '--reason', 'enough');

    await here.loseAgent();
    rmSync(own, { recursive: true });
    renameSync(here.path('not-mounted'), own);
    await here.startAgent();
    expect((await here.job(runId, 'A1', 'stopped')).executions).toMatchObject([{ state: 'stopped', evidence: { kind: 'none' } }]);
    expect((await here.api.events(`?stream=run-${runId}&type=JobNotKnownToAgent,JobKnownToAgent,JobStopped`)).map(({ type }) => type)).toEqual(['JobNotKnownToAgent', 'JobKnownToAgent', 'JobStopped']);
    expect(here.marks()).toEqual(['A1']);
  });
});
