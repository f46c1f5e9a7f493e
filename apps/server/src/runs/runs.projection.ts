import { Injectable } from '@nestjs/common';
import type { RunEvent } from '#events/run.events';
import { isOpenExecution } from '#domain/run/execution-transitions';
import { evolveRun } from '#domain/run/run.evolve';
import { type Execution, executionOf, isNotKnown, type Job, jobOf, type Run, takesSlot } from '#domain/run/run.state';
import type { Position, RecordedEvent } from '#event-store/event-store.port';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

/** A run as the log has it. `corrupt` says why its stream is closed, if it is. */
export interface TrackedRun {
  readonly run: Run;
  /** Of RunStarted: the order of all runs. */
  readonly startPosition: Position;
  readonly corrupt?: string;
}

/** An execution, and the job and run it is of. `corrupt` as in `TrackedRun`. */
export interface TrackedExecution {
  readonly run: Run;
  readonly job: Job;
  readonly execution: Execution;
  readonly corrupt?: string;
}

/** An execution that may still report, and where its dispatch stands in the log. */
export interface OpenExecution {
  readonly runId: string;
  readonly jobId: string;
  readonly executionId: string;
  readonly agent: string;
  readonly position: Position;
}

/** Every run, the executions that are out by agent, and the runs that wait for a slot by agent. */
@Injectable()
export class RunsProjection implements Projection {
  private readonly runs = new Map<string, TrackedRun>();
  private readonly open = new Map<string, Map<string, OpenExecution>>();
  private readonly abandoned = new Map<string, Map<string, OpenExecution>>();
  private readonly inSlots = new Map<string, Set<string>>();
  private readonly waiting = new Map<string, Set<string>>();
  private readonly openByJobnet = new Map<string, Set<string>>();

  apply({ event, recorded }: FoldedEvent): void {
    if (!recorded.stream.startsWith('run-')) return;
    const runId = recorded.stream.slice('run-'.length);
    const tracked = this.runs.get(runId);
    try {
      const run = evolveRun(tracked?.run, event as RunEvent, recorded.metadata);
      this.runs.set(runId, { run, startPosition: tracked?.startPosition ?? recorded.position });
      this.trackExecutions(run, event as RunEvent, recorded);
      this.trackWaiting(run);
      this.trackOpen(run);
    } catch (error) {
      if (tracked !== undefined) this.runs.set(runId, { ...tracked, corrupt: `revision ${recorded.revision}: ${error instanceof Error ? error.message : String(error)}` });
      // Nothing can be dispatched from it any more, and it must not keep others waiting behind it.
      for (const runs of this.waiting.values()) runs.delete(runId);
      throw error;
    }
  }

  find(runId: string): TrackedRun | undefined {
    return this.runs.get(runId);
  }

  /** By its id alone, which begins with those of its run and its job. */
  execution(executionId: string): TrackedExecution | undefined {
    const [runId = '', jobId = ''] = executionId.split('~', 2);
    const tracked = this.runs.get(runId);
    const job = tracked && jobOf(tracked.run, jobId);
    const execution = job && executionOf(job, executionId);
    if (tracked === undefined || job === undefined || execution === undefined) return undefined;
    return { run: tracked.run, job, execution, ...(tracked.corrupt !== undefined && { corrupt: tracked.corrupt }) };
  }

  /** The runs of a jobnet that are not finished. */
  openRunsOf(jobnet: string): ReadonlySet<string> {
    return this.openByJobnet.get(jobnet) ?? NO_RUNS;
  }

  /** In the order in which they started. */
  all(): Iterable<TrackedRun> {
    return this.runs.values();
  }

  openExecutionsOf(agent: string): ReadonlyMap<string, OpenExecution> {
    return this.open.get(agent) ?? NONE;
  }

  /** What nobody waits for any more, and its agent has yet to be told that: it must not begin there when the agent is back. */
  abandonedOn(agent: string): ReadonlyMap<string, OpenExecution> {
    return this.abandoned.get(agent) ?? NONE;
  }

  /** How many slots of an agent its open executions take. Every command asks: it is kept, not counted. */
  slotsTakenOf(agent: string): number {
    return this.inSlots.get(agent)?.size ?? 0;
  }

  *allOpenExecutions(): Iterable<OpenExecution> {
    for (const executions of this.open.values()) yield* executions.values();
  }

  /** The first runs that have a job ready for the agent, in the order in which they began to wait. */
  waitingFor(agent: string, most: number): string[] {
    const first: string[] = [];
    for (const runId of this.waiting.get(agent) ?? []) {
      if (first.length >= most) break;
      first.push(runId);
    }
    return first;
  }

  private trackExecutions(run: Run, event: RunEvent, { position }: RecordedEvent): void {
    if (!('executionId' in event.data)) return;
    const { jobId, executionId } = event.data;
    const job = jobOf(run, jobId);
    const execution = job && executionOf(job, executionId);
    if (execution === undefined) return;
    const { agent, state } = execution;
    const isToBeTold = state === 'abandoned' && !isNotKnown(execution);
    const known = this.open.get(agent)?.get(executionId) ?? this.abandonedOn(agent).get(executionId);
    const each = known ?? { runId: run.runId, jobId, executionId, agent, position };
    keep(this.open, each, isOpenExecution(state));
    if (known !== undefined || isToBeTold) keep(this.abandoned, each, isToBeTold);
    const inSlots = this.inSlots.get(agent) ?? new Set<string>();
    if (takesSlot(execution)) inSlots.add(executionId);
    else inSlots.delete(executionId);
    this.inSlots.set(agent, inSlots);
  }

  private trackOpen({ runId, jobnet, finished }: Run): void {
    const open = this.openByJobnet.get(jobnet) ?? new Set<string>();
    if (finished === undefined) open.add(runId);
    else open.delete(runId);
    this.openByJobnet.set(jobnet, open);
  }

  private trackWaiting(run: Run): void {
    const mayDispatch = run.finished === undefined && !run.held && !run.stopRequested;
    const wanted = new Set(mayDispatch ? run.jobs.filter((job) => job.state === 'ready').map((job) => job.definition.agent) : []);
    for (const { definition: { agent } } of run.jobs) {
      if (!wanted.has(agent)) this.waiting.get(agent)?.delete(run.runId);
      else if (this.waiting.has(agent)) this.waiting.get(agent)?.add(run.runId);
      else this.waiting.set(agent, new Set([run.runId]));
    }
  }
}

const NO_RUNS: ReadonlySet<string> = new Set();
const NONE: ReadonlyMap<string, OpenExecution> = new Map();

function keep(byAgent: Map<string, Map<string, OpenExecution>>, execution: OpenExecution, isWanted: boolean): void {
  const { agent, executionId } = execution;
  const ofAgent = byAgent.get(agent);
  if (!isWanted) ofAgent?.delete(executionId);
  else if (ofAgent === undefined) byAgent.set(agent, new Map([[executionId, execution]]));
  else if (!ofAgent.has(executionId)) ofAgent.set(executionId, execution);
}
