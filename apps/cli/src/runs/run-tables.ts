import type { RunView } from '#protocol/api';
import type { Output } from '../output/output.js';
import { between, localTime } from '../output/time-words.js';
import { endWords, progressWords, remarks, runHeadline } from './run-words.js';

export function showRuns(runs: readonly RunView[], out: Output): void {
  out.table(['RUN', 'JOBNET', 'VERSION', 'STATUS', 'JOBS', 'STARTED', 'TOOK'], runs.map((run) => [
    run.runId, run.jobnet, String(run.version), out.word(run.status), progressWords(run),
    localTime(run.startedAt, out.nowMs), between(run.startedAt, run.finishedAt, out.nowMs),
  ]));
}

export function showRun(run: RunView, out: Output): void {
  const now = out.nowMs;
  out.line(runHeadline(run, now));
  out.line('');
  out.table(['JOB', 'STATE', 'ATTEMPT', 'AGENT', 'END', 'STARTED', 'ENDED', 'TOOK', 'REMARKS'], run.jobs.map((job) => [
    job.jobId, out.word(job.state), job.attempt > 1 ? String(job.attempt) : '', job.agent, endWords(job),
    localTime(job.startedAt, now), localTime(job.finishedAt, now), took(job, now), remarks(job, now).join('; '),
  ]));
}

/** A job that was decided without an end of its process shows no duration that would go on growing. */
function took(job: RunView['jobs'][number], nowMs: number): string {
  if (job.finishedAt === undefined && job.state !== 'running') return '';
  return between(job.startedAt, job.finishedAt, nowMs);
}
