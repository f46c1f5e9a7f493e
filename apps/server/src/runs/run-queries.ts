import { Injectable } from '@nestjs/common';
import type { ExecutionDetailsView, RunningView, RunView } from '#protocol/api';
import { executionOf } from '#domain/run/run.state';
import { statusOf } from '#domain/run/run-status';
import { AgentsProjection } from '../agents/agents.projection.js';
import { LiveContacts } from '../agents/live-contacts.js';
import { HttpProblem } from '../http/http-problem.js';
import { EVIDENCE_RANK } from './evidence.js';
import { executionDetails, runningView, runView, type Surroundings } from './run.view.js';
import { RunsProjection, type TrackedRun } from './runs.projection.js';
import { SlotBook } from './slot-book.js';

/** Which runs to list; an empty filter lets everything through. */
export interface RunFilter {
  readonly jobnet?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
  readonly schedule?: readonly string[] | undefined;
}

/** What people ask about runs, answered from the fold. */
@Injectable()
export class RunQueries {
  constructor(private readonly runs: RunsProjection, private readonly agents: AgentsProjection, private readonly live: LiveContacts, private readonly slots: SlotBook) {}

  /** @throws HttpProblem 404 */
  find(runId: string): TrackedRun {
    const tracked = this.runs.find(runId);
    if (tracked === undefined) throw new HttpProblem(404, 'run-not-found', `there is no run ${runId}`);
    return tracked;
  }

  view({ run, corrupt }: TrackedRun): RunView {
    return { ...runView(run, this.surroundings()), ...(corrupt === undefined ? {} : { corrupt }) };
  }

  /** @throws HttpProblem 404 */
  execution(runId: string, executionId: string): Omit<ExecutionDetailsView, 'events'> {
    const { run } = this.find(runId);
    for (const job of run.jobs) {
      const execution = executionOf(job, executionId);
      if (execution !== undefined) return executionDetails(run, job, execution, this.surroundings());
    }
    throw new HttpProblem(404, 'execution-not-found', `run ${runId} has no execution ${executionId}`);
  }

  /** In the order in which they started. */
  all(): Iterable<TrackedRun> {
    return this.runs.all();
  }

  matches({ run }: TrackedRun, { jobnet, status, schedule }: RunFilter): boolean {
    if (schedule !== undefined && !schedule.includes(run.occurrence?.schedule ?? '')) return false;
    return (jobnet === undefined || jobnet.includes(run.jobnet)) && (status === undefined || status.includes(statusOf(run)));
  }

  /** Every execution that is out, or those of one agent: the least certain first, then by age. */
  running(agent?: string): RunningView[] {
    const around = this.surroundings();
    const open = agent === undefined ? this.runs.allOpenExecutions() : this.runs.openExecutionsOf(agent).values();
    const rows = [...open].flatMap(({ executionId }) => {
      const tracked = this.runs.execution(executionId);
      return tracked === undefined ? [] : [runningView(tracked.run, tracked.job, tracked.execution, around)];
    });
    return rows.map((row) => ({ row, key: uncertaintyOf(row) })).sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ row }) => row);
  }

  private surroundings(): Surroundings {
    const capacity = this.slots.capacity();
    return {
      contactOf: (agent) => this.agents.find(agent)?.contact,
      lastContactOf: (agent) => this.live.lastOf(agent, this.agents.find(agent)?.agent.session?.number),
      freeSlotsOf: (agent) => capacity[agent],
      drainOf: (agent) => this.agents.find(agent)?.agent.drained,
      lossOf: (agent) => this.agents.find(agent)?.agent.declaredLost,
    };
  }
}

/** Rows of `GET /running` sort by this, and it is their place in the list: the least certain first, then by age. */
export function uncertaintyOf({ evidence, dispatchedAt, executionId }: RunningView): string {
  return `${EVIDENCE_RANK[evidence.kind]} ${dispatchedAt} ${executionId}`;
}
