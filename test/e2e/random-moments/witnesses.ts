import { createHash } from 'node:crypto';
import type { EventView, OutputView, RunView } from '#protocol/api';
import { exitCodeOf, predecessors } from './jobnet-of-plan.js';
import type { Plan } from './plan.js';
import { executionOf, type Stage } from './stage.js';

/** All jobs of the plan that come after A1, each in its first execution. */
function followers(plan: Plan, runId: string): string[] {
  return Object.keys(predecessors(plan)).map((jobId) => `${runId}~${jobId}~1`);
}

/** Both marks of each of these, and of every follower, once; and no other mark. */
export function expectMarks(stage: Stage, plan: Plan, runId: string, ofA1: readonly string[] = [`begin ${runId}~A1~1`, `end ${runId}~A1~1`]): void {
  const marks = stage.marks(runId);
  expect([...marks].sort()).toEqual([...ofA1, ...followers(plan, runId).flatMap((id) => [`begin ${id}`, `end ${id}`])].sort());
  for (const id of new Set(marks.map((mark) => mark.split(' ')[1] ?? ''))) {
    if (marks.includes(`end ${id}`) && marks.includes(`begin ${id}`)) expect(marks.indexOf(`begin ${id}`)).toBeLessThan(marks.indexOf(`end ${id}`));
  }
}

/** What became of A1: its executions, those whose result decided it, and the event that let its followers go. */
interface Flow {
  readonly dispatched?: readonly string[];
  readonly finished?: readonly string[];
  readonly through?: 'JobFinished' | 'JobSkipped';
}

/** Each of these was dispatched once and came to its result once; whoever comes after somebody was dispatched behind that. */
export async function expectFlow(stage: Stage, plan: Plan, runId: string, flow: Flow = {}): Promise<EventView[]> {
  const { dispatched = [`${runId}~A1~1`], finished = dispatched, through = 'JobFinished' } = flow;
  const events = await stage.events(runId);
  const named = (type: string) => events.filter((event) => event.type === type).map((event) => executionOf(event));
  expect(named('JobDispatched').sort()).toEqual([...dispatched, ...followers(plan, runId)].sort());
  expect(named('JobFinished').sort()).toEqual([...finished, ...followers(plan, runId)].sort());
  for (const [jobId, before] of Object.entries(predecessors(plan))) {
    const type = before === 'A1' ? through : 'JobFinished';
    const opened = events.findLastIndex((event) => event.type === type && (event.data as { jobId?: string }).jobId === before);
    expect(opened).toBeGreaterThan(-1);
    expect(events.findIndex((event) => event.type === 'JobDispatched' && executionOf(event) === `${runId}~${jobId}~1`)).toBeGreaterThan(opened);
  }
  expect(events.filter(({ type }) => type === 'RunFinished').map(({ data }) => data)).toEqual([{ status: 'succeeded' }]);
  return events;
}

/** No late result, nothing lost, nothing dispatched again: a run to which nothing was done has no other events. */
const UNDISTURBED = ['RunStarted', 'JobDispatched', 'JobAccepted', 'JobStarted', 'JobFinished', 'RunFinished'];

/** Nothing that was done to it shows in what became of the run: real exit codes, real output, one execution a job. */
export async function expectUndisturbed(stage: Stage, plan: Plan, runId: string): Promise<void> {
  const { jobs } = await stage.here.status(runId, 'succeeded');
  const of = (jobId: string, exitCode: number) => ({ jobId, state: 'succeeded', attempt: 1, exitCode, executionId: `${runId}~${jobId}~1`, executions: 1 });
  expect(jobs.map(({ jobId, state, attempt, exitCode, executionId, executions }) => ({ jobId, state, attempt, exitCode, executionId, executions: executions.length })))
    .toEqual([of('A1', exitCodeOf(plan)), ...Object.keys(predecessors(plan)).map((jobId) => of(jobId, 0))]);
  expectMarks(stage, plan, runId);
  for (const { type } of await expectFlow(stage, plan, runId)) expect(UNDISTURBED).toContain(type);
  await expectOutput(stage, plan, runId);
}

/** Of A1, to the last byte. */
export async function expectOutput({ here }: Stage, { shape: { outputBytes } }: Plan, runId: string): Promise<void> {
  const whole = 'x'.repeat(outputBytes);
  expect(await here.api.get<OutputView>(`/api/v1/runs/${runId}/jobs/A1/output`)).toMatchObject({
    bytes: outputBytes, tail: whole.slice(-4_096), complete: outputBytes <= 4_096, sha256: createHash('sha256').update(whole).digest('hex'),
  });
}

/**
 * What holds whatever was played: nothing is open, no report was without a place, the log has no gap and no repeat, and one more start of the server
 * shows the same run.
 */
export async function expectSound(stage: Stage, runId: string): Promise<void> {
  const { here } = stage;
  expect(await here.api.running()).toEqual([]);
  const agents = (await here.api.agents()).map(({ name, unmatchedReports, openExecutions }) => ({ name, unmatchedReports, openExecutions }));
  for (const name of ['local', 'other']) expect(agents).toContainEqual({ name, unmatchedReports: 0, openExecutions: 0 });
  expectNoGap(await here.api.events());
  const [before, told] = await runAndEvents(stage, runId);
  await stage.restartServer();
  expect(await runAndEvents(stage, runId)).toEqual([before, told]);
  expect(before.revision).toBe(told.length - 1);
}

function runAndEvents(stage: Stage, runId: string): Promise<[RunView, EventView[]]> {
  return Promise.all([stage.here.api.run(runId), stage.events(runId)]);
}

function expectNoGap(events: readonly EventView[]): void {
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(events.map(({ position }) => BigInt(position))).toEqual(events.map((_, index) => BigInt(index + 1)));
  const next = new Map<string, number>();
  for (const { stream, revision } of events) {
    expect({ stream, revision }).toEqual({ stream, revision: next.get(stream) ?? 0 });
    next.set(stream, revision + 1);
  }
}
