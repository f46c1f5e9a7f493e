import { writeFileSync } from 'node:fs';
import type { EventView, ExecutionView } from '#protocol/api';
import type { Problem } from '#protocol/problem';
import { Deployment } from '../support/deployment.js';
import { type Outcome, runKiroku } from '../support/run-kiroku.js';
import { waitFor } from '../support/wait-for.js';

/** Each attempt of A1 runs until the test lets it go. The first one fails, the second one succeeds. */
function jobnet(here: Deployment): string {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const a1 = `${mark('begin')}; while [ ! -e ${here.path('go')}-$KIROKU_ATTEMPT ]; do sleep 0.05; done; ${mark('end')}; exit $((KIROKU_ATTEMPT == 1 ? 3 : 0))`;
  return [
    'jobnet: A',
    'onFailure: hold',
    'jobs:',
    `  A1: { agent: local, command: ${JSON.stringify(a1)} }`,
    `  A2: { agent: other, after: A1, command: ${JSON.stringify(mark('begin'))} }`,
  ].join('\n');
}

describe('an operator', () => {
  let here: Deployment;

  beforeEach(async () => {
    here = await Deployment.create();
    await here.startServer();
    await Promise.all([here.startAgent('local'), here.startAgent('other')]);
  }, 60_000);

  afterEach(() => here.destroy(), 60_000);

  const cli = (...args: string[]): Promise<Outcome> => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });

  /** Says it on the command line, with a reason that names it. */
  async function say(...args: string[]): Promise<void> {
    const outcome = await cli(...args, '--reason', `why ${args[1] ?? ''}`, '--ticket', 'OPS-7');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  }

  const begun = (executionId: string) => waitFor(`${executionId} has begun`, () => here.marks().includes(`begin ${executionId}`));
  const ended = (executionId: string) => waitFor(`${executionId} has ended`, () => here.marks().includes(`end ${executionId}`));
  const letGo = (attempt: number) => { writeFileSync(here.path(`go-${attempt}`), ''); };

  const lateResult = (runId: string): Promise<EventView> =>
    waitFor('the late result is on record', async () => (await here.api.events(`?stream=run-${runId}&type=LateResultRecorded`)).at(0));

  /** Who, why, and the ticket, of everything that an operator decided in a run, in order. */
  async function decisions(runId: string): Promise<string[]> {
    const events = (await here.api.events(`?stream=run-${runId}`)).filter(({ reason }) => reason?.startsWith('why ') === true);
    return events.filter(({ type }) => !/Dispatched|RunFinished/.test(type)).map(({ type, actor, reason, ticket }) => `${type}: ${actor.id}, ${reason ?? ''}, ${ticket ?? ''}`);
  }

  const essence = ({ executionId, state, exitCode, late }: ExecutionView) => ({ executionId, state, exitCode, late });

  it('holds a waiting job, and it runs when it is released', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await say('job', 'hold', runId, 'A2');
    await say('job', 'settle', runId, 'A1', '--outcome', 'succeeded');
    expect((await here.job(runId, 'A2', 'held')).waitsFor).toEqual(['an operator to release it']);
    expect((await here.api.run(runId)).jobs.map(({ state }) => state)).toEqual(['succeeded', 'held']);
    await say('job', 'release', runId, 'A2');
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual([`begin ${runId}~A1~1`, `begin ${runId}~A2~1`]);
    expect(await decisions(runId)).toEqual(['JobHeld: admin, why hold, OPS-7', 'JobOutcomeSettled: admin, why settle, OPS-7', 'JobReleased: admin, why release, OPS-7']);
  }, 120_000);

  it('holds a run: what runs goes on, nothing more begins until the release', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await say('run', 'hold', runId);
    await here.status(runId, 'held');
    await say('job', 'settle', runId, 'A1', '--outcome', 'succeeded');
    expect((await here.job(runId, 'A2', 'ready')).waitsFor).toEqual(['an operator to release the run']);
    letGo(1);
    await lateResult(runId);
    expect(here.marks()).toEqual([`begin ${runId}~A1~1`, `end ${runId}~A1~1`]);
    await say('run', 'release', runId);
    await here.status(runId, 'succeeded');
    expect(await decisions(runId)).toEqual(['RunHeld: admin, why hold, OPS-7', 'JobOutcomeSettled: admin, why settle, OPS-7', 'RunReleased: admin, why release, OPS-7']);
  }, 120_000);

  it('runs a failed job again, and the second attempt ends the run', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    letGo(1);
    await here.status(runId, 'failing');
    letGo(2);
    await say('job', 'rerun', runId, 'A1', '--expect-state', 'failed');
    const [a1, a2] = (await here.status(runId, 'succeeded')).jobs;
    expect(a1).toMatchObject({ state: 'succeeded', attempt: 2, exitCode: 0, executionId: `${runId}~A1~2` });
    expect(a1?.executions.map(essence)).toEqual([
      { executionId: `${runId}~A1~1`, state: 'failed', exitCode: 3 }, { executionId: `${runId}~A1~2`, state: 'succeeded', exitCode: 0 },
    ]);
    expect(a2).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await decisions(runId)).toEqual(['JobRerunRequested: admin, why rerun, OPS-7']);
  }, 120_000);

  it('settles a job whose agent is away; the flow goes on, the real result is kept beside it and can be adopted', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await here.loseAgent();
    await say('job', 'settle', runId, 'A1', '--outcome', 'succeeded', '--exit-code', '0', '--expect-execution', `${runId}~A1~1`);
    const settled = await here.status(runId, 'succeeded');
    expect(settled.jobs.map(({ state, exitCode }) => ({ state, exitCode }))).toEqual([{ state: 'succeeded', exitCode: 0 }, { state: 'succeeded', exitCode: 0 }]);
    letGo(1);
    await ended(`${runId}~A1~1`);
    await here.startAgent('local');
    expect(await lateResult(runId)).toMatchObject({ actor: { kind: 'agent', id: 'local' }, data: { executionId: `${runId}~A1~1`, outcome: 'failed', exitCode: 3 } });
    const beside = (await here.api.run(runId)).jobs[0];
    expect(beside).toMatchObject({ state: 'succeeded', exitCode: 0, executions: [{ state: 'failed', exitCode: 3, late: true }] });
    await say('job', 'adopt', runId, 'A1');
    const run = await here.api.run(runId);
    expect(run.jobs[0]).toMatchObject({ state: 'failed', exitCode: 3, executions: [{ exitCode: 3, late: true }] });
    expect(run.status).toBe('succeeded');
    expect(await decisions(runId)).toEqual(['JobOutcomeSettled: admin, why settle, OPS-7', 'LateResultAdopted: admin, why adopt, OPS-7']);
    expect((await cli('audit', '--type', 'LateResultAdopted')).stdout).toMatch(/LateResultAdopted +A1.* admin +why adopt \[OPS-7\]\n/);
  }, 120_000);

  describe('9: runs A1 again beside an execution that nobody hears of', () => {
    it.each(['had ended before the second one began', 'ends while the second one runs'])('and what the first one brings, which %s, stays with the first', async (when) => {
      const runId = await here.startUntilA1Runs(jobnet(here));
      await here.loseAgent();
      await say('job', 'rerun', runId, 'A1', '--concurrent');
      expect((await here.job(runId, 'A1', 'ready')).waitsFor).toEqual(['agent local, which is away']);
      expect(await here.api.running()).toMatchObject([{ jobId: 'A1', jobState: 'ready', executionId: `${runId}~A1~1`, evidence: { kind: 'silent' } }]);
      expect((await cli('run', 'show', runId)).stdout).toContain(`${runId}~A1~1 is still open (running, silent since `);
      if (when === 'had ended before the second one began') {
        letGo(1);
        await ended(`${runId}~A1~1`);
      }
      await here.startAgent('local');
      await begun(`${runId}~A1~2`);
      letGo(1);
      expect((await lateResult(runId)).data).toMatchObject({ executionId: `${runId}~A1~1`, outcome: 'failed', exitCode: 3 });
      const late = { executionId: `${runId}~A1~1`, state: 'failed', exitCode: 3, late: true };
      const a1 = await here.job(runId, 'A1', 'running');
      expect(a1).toMatchObject({ attempt: 2, executionId: `${runId}~A1~2` });
      expect(a1.executions.map(essence)).toEqual([late, { executionId: `${runId}~A1~2`, state: 'running' }]);
      expect((await cli('run', 'show', runId)).stdout).toMatch(new RegExp(`A1 +running +2 .*late result of ${runId}~A1~1: exit 3`));
      letGo(2);
      const [end] = (await here.status(runId, 'succeeded')).jobs;
      expect(end?.executions.map(essence)).toEqual([late, { executionId: `${runId}~A1~2`, state: 'succeeded', exitCode: 0 }]);
      expect(here.marks().filter((line) => line.startsWith('begin '))).toEqual([`begin ${runId}~A1~1`, `begin ${runId}~A1~2`, `begin ${runId}~A2~1`]);
    }, 120_000);
  });

  it('is refused with the state, and nothing changes', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    const { revision } = await here.api.run(runId);
    const refusals: [path: string, more: object, code: string, detail: string][] = [
      ['jobs/A1/hold', {}, 'job-running', 'A1 cannot be held: it is running'],
      ['jobs/A1/release', {}, 'job-running', 'A1 cannot be released: it is running, not held'],
      ['jobs/A2/rerun', {}, 'job-waiting', 'A2 cannot be re-run: it is waiting, it has not run yet'],
      ['jobs/A1/rerun', {}, 'execution-open', `A1 cannot be re-run: its execution ${runId}~A1~1 is still out; a second one beside it has to be asked for (concurrent)`],
      ['jobs/A2/settle', { outcome: 'succeeded' }, 'job-waiting', 'A2 cannot be settled: it is waiting'],
      ['jobs/A1/adopt', {}, 'no-late-result', 'A1 cannot be given its late result: no late result of it has arrived'],
      ['jobs/A1/settle', { outcome: 'failed', expect: { state: 'failed' } }, 'not-as-expected', 'A1 is running, not failed'],
    ];
    for (const [path, more, code, detail] of refusals) {
      const answer = await here.api.request<Problem>('POST', `/api/v1/runs/${runId}/${path}`, { reason: 'a try', ...more });
      expect({ path, status: answer.status, code: answer.body.code, detail: answer.body.detail }).toEqual({ path, status: 409, code, detail });
    }
    expect((await here.api.run(runId)).revision).toBe(revision);
    await say('job', 'skip', runId, 'A1');
    await here.status(runId, 'succeeded');
    await expect(cli('run', 'hold', runId, '--reason', 'too late')).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: the run cannot be held: it has finished (succeeded) (run-finished)\n' });
  }, 120_000);
});
