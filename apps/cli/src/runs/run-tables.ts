import type { RunningView, RunView } from '#protocol/api';
import { evidenceWords } from '../output/evidence-words.js';
import type { Output } from '../output/output.js';
import { between, durationWords, localTime } from '../output/time-words.js';
import { endWords, nextDueLines, occurrenceWords, progressWords, remarks, runHeadline, warningLines } from './run-words.js';

export function showRuns(runs: readonly RunView[], out: Output): void {
  out.table(['RUN', 'JOBNET', 'VERSION', 'STATUS', 'JOBS', 'STARTED', 'TOOK', 'OCCURRENCE'], runs.map((run) => [
    run.runId, run.jobnet, String(run.version), out.word(run.status), progressWords(run),
    localTime(run.startedAt, out.nowMs), between(run.startedAt, run.finishedAt, out.nowMs), occurrenceWords(run),
  ]));
}

export function showRun(run: RunView, out: Output): void {
  const now = out.nowMs;
  out.line(runHeadline(run, now));
  if (run.corrupt !== undefined) out.line(`its history cannot be (${run.corrupt}): it is shown as it was before, and closed to commands`);
  if (run.occurrence !== undefined) out.line(`started by schedule ${run.occurrence.schedule} for ${run.occurrence.key}, business day ${run.occurrence.businessDay}`);
  for (const line of [...warningLines(run, now), ...nextDueLines(run, now)]) out.line(line);
  out.line('');
  out.table(['JOB', 'STATE', 'ATTEMPT', 'AGENT', 'END', 'STARTED', 'ENDED', 'TOOK', 'REMARKS'], run.jobs.map((job) => [
    job.jobId, out.word(job.state), job.attempt > 1 ? String(job.attempt) : '', job.agent, endWords(job),
    localTime(job.startedAt, now), localTime(job.finishedAt, now), took(job, now), remarks(job, now).join('; '),
  ]));
}

/**
 * As the agent measured it on a clock that does not jump. A job that was decided without an end of its process shows no duration that would
 * go on growing.
 */
function took(job: RunView['jobs'][number], nowMs: number): string {
  if (job.finishedAt === undefined && job.state !== 'running') return '';
  const { durationMs } = job.executions.find(({ executionId }) => executionId === job.executionId) ?? {};
  if (job.finishedAt !== undefined && durationMs !== undefined) return durationWords(durationMs);
  return between(job.startedAt, job.finishedAt, nowMs);
}

/** Open executions. Live contact with the agent is no evidence of the execution, and stands beside it. The ids come last, for `execution abandon`. */
export function showRunning(rows: readonly RunningView[], out: Output): void {
  const now = out.nowMs;
  out.table(['RUN', 'JOBNET', 'JOB', 'STATE', 'ATTEMPT', 'AGENT', 'STARTED', 'FOR', 'EVIDENCE', 'LAST CONTACT', 'EXECUTION'], rows.map((row) => [
    row.runId, row.jobnet, row.jobId, stateCell(row, out), row.attempt > 1 ? String(row.attempt) : '', row.agent,
    localTime(row.startedAt ?? row.dispatchedAt, now), between(row.startedAt ?? row.dispatchedAt, undefined, now),
    { text: evidenceWords(row.evidence, now), paint: out.colours(row.evidence.kind) }, localTime(row.lastContactAt, now), row.executionId,
  ]));
}

/** An execution outlives the decision on its job: then both are shown. */
function stateCell({ state, jobState }: RunningView, out: Output) {
  const decided = ['succeeded', 'failed', 'stopped', 'skipped'].includes(jobState);
  return { text: decided ? `${state} (job ${jobState})` : state, paint: out.colours(state) };
}
