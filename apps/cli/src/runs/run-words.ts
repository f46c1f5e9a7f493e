import type { ExecutionView, JobDecision, JobView, RunView } from '#protocol/api';
import { knownWords } from '../output/evidence-words.js';
import { whyWords } from '../output/order-words.js';
import { between, localTime } from '../output/time-words.js';

const DONE = new Set(['succeeded', 'failed', 'stopped', 'skipped']);
const OVER = new Set(['succeeded', 'failed', 'stopped', 'lost', 'never-started', 'declined', 'abandoned', 'finished']);

/** A job that is to run again may be so while its last execution is still open. */
const NOT_OUT = new Set(['waiting', 'delayed', 'ready', 'held', 'retrying']);

/** What of a decision is written in the jobnet and not in the job. */
const OF_JOBNET = new Set<string>(['deadline', 'timeout']);

/** `2 of 5 done` */
export function progressWords(run: RunView): string {
  return `${run.jobs.filter((job) => DONE.has(job.state)).length} of ${run.jobs.length} done`;
}

/** `exit 1`, `killed by SIGKILL`, or nothing yet. */
export function endWords({ exitCode, signal }: Pick<JobView, 'exitCode' | 'signal'>): string {
  if (signal !== undefined) return `killed by ${signal}`;
  return exitCode === undefined ? '' : `exit ${exitCode}`;
}

/** Everything beside the state that an operator should see about a job, the least certain first. */
export function remarks(job: JobView, nowMs: number): string[] {
  const waits = job.waitsFor ?? [];
  return [
    // How a decided job's last execution was heard of is of no interest any more.
    DONE.has(job.state) && job.evidence.kind === 'confirmed' ? '' : knownWords(job, nowMs),
    waits.length === 0 ? '' : `waits for ${waits.join(', ')}`,
    job.pending.length === 0 ? '' : `pending: ${job.pending.join(', ')}`,
    job.lastDecision === undefined ? '' : decisionWords(job.lastDecision, nowMs),
    timeoutWords(job, nowMs),
    ...job.executions.map((execution) => executionRemark(job, execution, nowMs)),
  ].filter((remark) => remark !== '');
}

/** Of a job that may take only so long: how long while that is open, and what came of it. */
function timeoutWords({ timeout, state, executionId, executions }: JobView, nowMs: number): string {
  const current = executions.find((execution) => execution.executionId === executionId);
  if (current?.timedOut === true) return `stopped by its time-out${timeout === undefined ? '' : ` of ${timeout.seconds} s`}`;
  if (current?.overranAt !== undefined) return `longer than its time-out since ${localTime(current.overranAt, nowMs)}`;
  return timeout !== undefined && (state === 'dispatched' || state === 'running') ? `time-out after ${timeout.seconds} s (${timeout.then})` : '';
}

/** `was to be finished by 12:30:00 (deadline)`, one line each. */
export function warningLines({ warnings = [] }: RunView, nowMs: number): string[] {
  const words: Readonly<Record<string, string>> = { overran: 'was to be finished by', 'start-overdue': 'was to have started by' };
  return warnings.map(({ kind, due }) => `${words[kind] ?? kind} ${localTime(due, nowMs)} (deadline)`);
}

/** What the clock brings first, if anything: `next: retry at 12:30:00`. */
export function nextDueLines({ nextDue }: RunView, nowMs: number): string[] {
  return nextDue === undefined ? [] : [`next: ${nextDue.kind} at ${localTime(nextDue.at, nowMs)}`];
}

const DECIDED: Readonly<Record<string, string>> = {
  skip: 'skipped', stop: 'asked to stop', hold: 'held', release: 'released', rerun: 're-run asked for', settle: 'settled', adopt: 'late result taken',
  abandon: 'execution abandoned', fail: 'counted as failed',
};

/** `skipped 2026-11-20 12:00:05 by hanako: done by hand [OPS-7]`; a word that is not known here stands as it is. */
export function decisionWords(decision: JobDecision, nowMs: number): string {
  const { at, actor, policy } = decision;
  const who = policy === undefined ? actor.id : `the ${OF_JOBNET.has(policy) ? 'jobnet' : 'job'}'s ${policy}`;
  return `${DECIDED[decision.decision] ?? decision.decision} ${localTime(at, nowMs)} by ${who}${policy === undefined ? whyWords(decision) : ''}`;
}

function executionRemark(job: JobView, execution: ExecutionView, nowMs: number): string {
  const why = execution.reason === undefined ? '' : `: ${execution.reason}`;
  if (execution.late === true) return `late result of ${execution.executionId}: ${endWords(execution) || execution.state} at ${localTime(execution.finishedAt, nowMs)}`;
  const isOpen = !OVER.has(execution.state);
  if (execution.executionId === job.executionId && !DONE.has(job.state) && !(isOpen && NOT_OUT.has(job.state))) return why.slice(2);
  if (isOpen) return `${execution.executionId} is still open (${[execution.state, knownWords(execution, nowMs)].filter(Boolean).join(', ')})`;
  return execution.executionId === job.executionId ? '' : `${execution.executionId} ${execution.state}${why}`;
}

/** `nightly 2026-11-23T02:30` of a run that a schedule started. */
export function occurrenceWords({ occurrence }: Pick<RunView, 'occurrence'>): string {
  return occurrence === undefined ? '' : `${occurrence.schedule} ${occurrence.key}`;
}

/** `run R1 of jobnet A version 1 is running, for 3 min 5 s` */
export function runHeadline(run: RunView, nowMs: number): string {
  const took = between(run.startedAt, run.finishedAt, nowMs);
  const time = run.finishedAt === undefined ? `for ${took}` : `ended ${localTime(run.finishedAt, nowMs)} after ${took}`;
  return `run ${run.runId} of jobnet ${run.jobnet} version ${run.version}: ${run.status} (started ${localTime(run.startedAt, nowMs)}, ${time})`;
}
