import { writeFileSync } from 'node:fs';
import { Deployment } from '../support/deployment.js';
import { waitFor } from '../support/wait-for.js';

/** A1 runs until the test lets it go, and `onTerm` says what it does when it is asked to end; A2 comes after it. */
function jobnet(here: Deployment, { onTerm = '-', graceSeconds = 10 } = {}): string {
  const a1 = `trap "${onTerm}" TERM; echo begin >> ${here.path('marks')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; echo end >> ${here.path('marks')}`;
  return [
    'jobnet: A',
    'jobs:',
    `  A1: { agent: local, stopGraceSeconds: ${graceSeconds}, command: ${JSON.stringify(onTerm === '-' ? a1.replace('trap "-" TERM; ', '') : a1)} }`,
    '  A2: { agent: local, after: A1, command: "true" }',
  ].join('\n');
}

describe('a stop', () => {
  let here: Deployment;

  beforeEach(async () => {
    here = await Deployment.create();
    await here.startServer();
    await here.startAgent();
  }, 60_000);

  afterEach(() => here.destroy(), 60_000);

  async function stop(path: string): Promise<void> {
    expect(await here.api.request('POST', `/api/v1/runs/${path}/stop`, { reason: 'enough' })).toMatchObject({ status: 200 });
  }

  it('ends the process; the job is stopped with the exit code beside it, and its successor waits for an operator', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await stop(`${runId}/jobs/A1`);
    expect(await here.job(runId, 'A1', 'stopped')).toMatchObject({ signal: 'SIGTERM', pending: [] });
    expect(await here.api.run(runId)).toMatchObject({ status: 'failing', jobs: [{}, { state: 'waiting' }] });
    expect(here.marks()).toEqual(['begin']);
  }, 120_000);

  it('kills a process that ignores it when its grace is over', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here, { onTerm: ':', graceSeconds: 1 }));
    await stop(`${runId}/jobs/A1`);
    expect(await here.job(runId, 'A1', 'stopped')).toMatchObject({ signal: 'SIGKILL' });
  }, 120_000);

  it('on an agent that is away is pending, and carried out when it is back', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await here.loseAgent();
    await stop(`${runId}/jobs/A1`);
    expect((await here.api.run(runId)).jobs[0]).toMatchObject({ state: 'running', pending: ['stop'], evidence: { kind: 'silent' } });
    await here.startAgent();
    expect(await here.job(runId, 'A1', 'stopped')).toMatchObject({ pending: [] });
    expect(here.marks()).toEqual(['begin']);
  }, 120_000);

  it('10: that arrives when the process has ended loses against the real result, and both are on record', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await here.killAgent();
    writeFileSync(here.path('release'), '');
    await waitFor('A1 has ended', () => here.marks().includes('end'));
    await stop(`${runId}/jobs/A1`);
    await here.startAgent();
    expect((await here.status(runId, 'succeeded')).jobs[0]).toMatchObject({ state: 'succeeded', exitCode: 0 });
    const types = (await here.api.events(`?stream=run-${runId}&job=A1`)).map(({ type }) => type);
    expect(types.slice(types.indexOf('JobStopRequested'))).toEqual(['JobStopRequested', 'JobFinished']);
  }, 120_000);

  it('of a run stops what is out, and the run has ended', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await stop(runId);
    expect((await here.status(runId, 'stopped')).jobs.map(({ state }) => state)).toEqual(['stopped', 'waiting']);
  }, 120_000);
});
