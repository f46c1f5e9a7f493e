import { Inject, Injectable } from '@nestjs/common';
import type { RunEvent } from '#events/run.events';
import { upcast } from '#events/upcast';
import type { EventStore } from '#event-store/event-store.port';
import type { OutputView } from '#protocol/api';
import { isOpenExecution } from '#domain/run/execution-transitions';
import { type Job, jobOf } from '#domain/run/run.state';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { HttpProblem } from '../http/http-problem.js';
import { RunQueries } from './run-queries.js';
import { runStream } from './commands/run.aggregate.js';

/** The output that came with the newest result of a job. It is read from the log: no fold keeps it in memory. */
@Injectable()
export class JobOutput {
  constructor(private readonly queries: RunQueries, @Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @throws HttpProblem 404 when there is no such run, job, or result yet */
  async tail(runId: string, jobId: string, stream: 'stdout' | 'stderr'): Promise<OutputView> {
    const job = jobOf(this.queries.find(runId).run, jobId);
    if (job === undefined) throw new HttpProblem(404, 'job-not-found', `run ${runId} has no job ${jobId}`);
    let found: OutputView | undefined;
    for await (const recorded of this.store.read(runStream(runId))) {
      found = outputOf(upcast(recorded) as RunEvent, jobId, stream) ?? found;
    }
    if (found === undefined) throw new HttpProblem(404, 'no-output', whyNone(job));
    return found;
  }
}

function whyNone({ definition: { id }, state, executions }: Job): string {
  const last = executions.at(-1);
  if (last === undefined) return `${id} is ${state}: nothing of it has run`;
  const yet = isOpenExecution(last.state) ? 'has not come yet' : `will not come: the execution is ${last.state}`;
  return `the output of ${id} comes with its result, which ${yet}. What it wrote lies on agent ${last.agent}, in executions/${last.executionId}/`;
}

function outputOf(event: RunEvent, jobId: string, stream: 'stdout' | 'stderr'): OutputView | undefined {
  if (event.type !== 'JobFinished' && event.type !== 'JobStopped' && event.type !== 'LateResultRecorded') return undefined;
  const { executionId, output } = event.data;
  if (event.data.jobId !== jobId || output === undefined) return undefined;
  const { bytes, sha256, tail, truncated } = output[stream];
  return { stream, executionId, bytes, ...(sha256 === undefined ? {} : { sha256 }), tail, complete: !truncated };
}
