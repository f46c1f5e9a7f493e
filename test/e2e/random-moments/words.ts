import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventView, ExecutionView } from '#protocol/api';
import { strikeAfter, waitFor } from '../../support/wait-for.js';
import { exitCodeOf } from './jobnet-of-plan.js';
import type { PlanOf } from './plan.js';
import { executionOf, type Stage } from './stage.js';
import { expectFlow, expectMarks, expectOutput } from './witnesses.js';

type WithWord = PlanOf<9> | PlanOf<10> | PlanOf<11>;

/** Beside what else happens, from now on. */
async function disturb(stage: Stage, { disturbance: { strikes, plusMs, awayMs } }: WithWord): Promise<void> {
  await strikeAfter(plusMs, () => undefined);
  if (strikes === 'server') await stage.restartServer(awayMs);
  if (strikes === 'agent') await stage.restartAgent(awayMs);
}

async function killAgent(stage: Stage, { killPlusMs, ...plan }: WithWord): Promise<void> {
  await strikeAfter(killPlusMs, () => stage.here.killAgent());
  if ('noticed' in plan && plan.noticed) await stage.here.agentIs('away');
}

const essence = ({ executionId, state, exitCode, late }: ExecutionView) => ({ executionId, state, exitCode, late });

const outcomeOf = (plan: PlanOf<9> | PlanOf<11>) => (plan.firstExitCode === 0 ? 'succeeded' : 'failed');

/** The real result of the first execution, kept once and as a late one. */
function expectLateResult(events: readonly EventView[], plan: PlanOf<9> | PlanOf<11>, executionId: string): void {
  expect(events.filter(({ type }) => type === 'LateResultRecorded').map(({ data }) => data)).toMatchObject([{ executionId, outcome: outcomeOf(plan), exitCode: plan.firstExitCode }]);
}

/** 9: A1 is run again beside an execution that is still open; what the first one brings stays with the first. */
export async function rerunBeside(stage: Stage, plan: PlanOf<9>): Promise<string> {
  const runId = await stage.start(plan);
  const [first, second] = [`${runId}~A1~1`, `${runId}~A1~2`];
  await stage.marked(runId, `begin ${first}`);
  if (plan.agent === 'away') await killAgent(stage, plan);
  expect(await strikeAfter(plan.rerunPlusMs, () => stage.say(runId, 'rerun', { concurrent: true }))).toMatchObject({ status: 200 });
  const end = () => strikeAfter(plan.endsPlusMs, () => stage.letGo(first));
  if (plan.firstEnds === 'while the agent is away') {
    await end();
    await stage.marked(runId, `end ${first}`);
  }
  if (plan.agent === 'away') await stage.startAgent();
  await Promise.all([disturb(stage, plan), endFirst(stage, plan, runId, end)]);
  await stage.recorded(runId, 'LateResultRecorded', first);
  const [a1] = (await stage.here.status(runId, 'succeeded')).jobs;
  expect(a1).toMatchObject({ state: 'succeeded', attempt: 2, exitCode: 0, executionId: second });
  expect(a1?.executions.map(essence)).toEqual([{ executionId: first, state: outcomeOf(plan), exitCode: exitCodeOf(plan), late: true }, { executionId: second, state: 'succeeded', exitCode: 0 }]);
  expectMarks(stage, plan, runId, [first, second].flatMap((id) => [`begin ${id}`, `end ${id}`]));
  expectLateResult(await expectFlow(stage, plan, runId, { dispatched: [first, second], finished: [second] }), plan, first);
  return runId;
}

async function endFirst(stage: Stage, { firstEnds }: PlanOf<9>, runId: string, end: () => Promise<void>): Promise<void> {
  if (firstEnds === 'while the agent is away') return;
  if (firstEnds === 'beside the second') await stage.marked(runId, `begin ${runId}~A1~2`);
  if (firstEnds === 'after the second') await stage.recorded(runId, 'JobFinished', `${runId}~A1~2`);
  if (firstEnds === 'after the run') await stage.here.status(runId, 'succeeded');
  await end();
}

/** 11: A1 is skipped while it runs and its agent is away; A2 goes on, and A1's result is kept, to be adopted. */
export async function skippedWhileAway(stage: Stage, plan: PlanOf<11>): Promise<string> {
  const runId = await stage.start(plan);
  const first = `${runId}~A1~1`;
  await stage.marked(runId, `begin ${first}`);
  await killAgent(stage, plan);
  expect(await strikeAfter(plan.skipPlusMs, () => stage.say(runId, 'skip'))).toMatchObject({ status: 200 });
  const back = async () => {
    if (plan.ends === 'before the agent is back') {
      await strikeAfter(plan.endsPlusMs, () => stage.letGo(first));
      await stage.marked(runId, `end ${first}`);
    }
    await strikeAfter(plan.backPlusMs, () => stage.startAgent());
  };
  const during = plan.disturbance.strikes === 'agent' ? back().then(() => disturb(stage, plan)) : Promise.all([back(), disturb(stage, plan)]);
  await during;
  // While A1 is still running A2 has run, and the run is over: nobody waits for what was skipped.
  const skipped = await stage.here.status(runId, 'succeeded');
  expect(skipped.jobs[0]).toMatchObject({ state: 'skipped', attempt: 1 });
  if (plan.ends === 'after') {
    expect(stage.marks(runId)).not.toContain(`end ${first}`);
    await strikeAfter(plan.endsPlusMs, () => stage.letGo(first));
  }
  await stage.recorded(runId, 'LateResultRecorded', first);
  expect((await stage.here.api.run(runId)).jobs[0]).toMatchObject({ state: 'skipped', executions: [{ executionId: first, state: outcomeOf(plan), exitCode: exitCodeOf(plan), late: true }] });
  expectMarks(stage, plan, runId);
  expectLateResult(await expectFlow(stage, plan, runId, { dispatched: [first], finished: [], through: 'JobSkipped' }), plan, first);
  expect(await stage.say(runId, 'adopt')).toMatchObject({ status: 200 });
  expect(await stage.here.api.run(runId)).toMatchObject({ status: 'succeeded', jobs: [{ state: outcomeOf(plan), exitCode: exitCodeOf(plan) }, ...skipped.jobs.slice(1).map(({ jobId }) => ({ jobId, state: 'succeeded' }))] });
  await expectOutput(stage, plan, runId);
  return runId;
}

/** 10: a stop meets A1 somewhere between its dispatch and well after its end. */
export async function stopMeetsEnd(stage: Stage, plan: PlanOf<10>): Promise<string> {
  const struck = stage.aim({ after: plan.stopWaitsFor, plusMs: plan.stopPlusMs });
  const runId = await stage.start(plan);
  const away = async () => {
    if (plan.agent === 'there') return;
    await stage.marked(runId, `begin ${runId}~A1~1`);
    await killAgent(stage, plan);
  };
  const said = async () => {
    await struck(runId);
    return stage.say(runId, 'stop');
  };
  const [{ status, body }] = await Promise.all([said(), away(), plan.disturbance.strikes === 'server' ? disturb(stage, plan) : undefined]);
  if (plan.agent === 'away') await strikeAfter(plan.backPlusMs, () => stage.startAgent());
  if (plan.disturbance.strikes === 'agent') await disturb(stage, plan);
  if (status === 200) await expectStopAnswered(stage, plan, runId);
  else await expectStopRefused(stage, plan, runId, { status, code: body.code });
  return runId;
}

/** The stop came when the log had the result: refused, which is on record, and nothing else of it. */
async function expectStopRefused(stage: Stage, plan: PlanOf<10>, runId: string, refusal: { status: number; code: string | undefined }): Promise<void> {
  expect(refusal).toEqual({ status: 409, code: 'job-finished' });
  await stage.here.status(runId, 'succeeded');
  expectMarks(stage, plan, runId);
  const events = await expectFlow(stage, plan, runId);
  expect(events.map(({ type }) => type)).not.toContain('JobStopRequested');
  // A refusal is recorded beside the answer, and dies with its server.
  if (plan.disturbance.strikes !== 'server') {
    await waitFor('the refusal is on record', async () => (await stage.here.api.events('?type=CommandRefused')).some(({ data }) => (data as { path?: string }).path?.includes(runId)));
  }
}

/**
 * The stop came before the result. Which of the two won is no matter of taste: SIGTERM was delivered (A1's own mark, or the agent's in the directory
 * of the execution, which is there also where A1 was already on its way out), or it was not.
 */
async function expectStopAnswered(stage: Stage, plan: PlanOf<10>, runId: string): Promise<void> {
  const executionId = `${runId}~A1~1`;
  const requested = await stage.recorded(runId, 'JobStopRequested', executionId);
  const end = await waitFor('A1 has ended', async () => (await stage.events(runId)).find(({ type, data }) => /JobFinished|JobStopped/.test(type) && (data as { jobId?: string }).jobId === 'A1'));
  const marks = stage.marks(runId);
  const isMarked = (word: string) => marks.includes(`${word} ${executionId}`);
  const isDelivered = wasSignalled(stage, executionId);
  expect(BigInt(end.position)).toBeGreaterThan(BigInt(requested.position));
  // Its own words are facts as well: who says that it got SIGTERM got it, and who never came to its end was ended.
  if (isMarked('term') || (isMarked('begin') && !isMarked('end'))) expect(isDelivered).toBe(true);
  if (!isDelivered && isMarked('begin')) {
    expect(end).toMatchObject({ type: 'JobFinished', data: { exitCode: exitCodeOf(plan), outcome: 'succeeded' } });
  } else {
    expect(end.type).toBe('JobStopped');
    expect(await stage.say(runId, 'skip')).toMatchObject({ status: 200 });
  }
  await stage.here.status(runId, 'succeeded');
  expectMarks(stage, plan, runId, marks.filter((mark) => mark.endsWith(executionId)));
  expect(new Set(marks).size).toBe(marks.length);
  await expectFlow(stage, plan, runId, end.type === 'JobFinished' ? {} : { dispatched: [executionId], finished: [], through: 'JobSkipped' });
  expect((await stage.events(runId)).filter((event) => /JobStopped|JobFinished|LateResult/.test(event.type) && executionOf(event) === executionId)).toHaveLength(1);
}

function wasSignalled({ here }: Stage, executionId: string): boolean {
  const file = join(here.data, 'agent-local', 'executions', executionId, 'signalled');
  return existsSync(file) && readFileSync(file, 'utf8').startsWith('SIGTERM ');
}
