import { Injectable } from '@nestjs/common';
import type { OutputView } from '#protocol/api';
import type { OutputQuery, OutputRefusal } from '#protocol/outputs';
import { isOpenExecution } from '#domain/run/execution-transitions';
import { type Execution, type Job, jobOf } from '#domain/run/run.state';
import { LiveSessions } from '../agent-link/live-sessions.js';
import { AgentsProjection } from '../agents/agents.projection.js';
import { HttpProblem } from '../http/http-problem.js';
import { RunQueries } from '../runs/run-queries.js';
import { ServerPresence } from '../servers/server-presence.js';
import { AgentElsewhereError } from './other-server.js';
import type { OutputTransfer } from './output-transfer.js';
import { AgentSilentError, OutputRefusedError, OutputTransfers } from './output-transfers.js';
import { StoredOutputs, wholeIn } from './stored-outputs.js';

/** Bytes with what is to be said of them: from the log, or on their way from the agent. */
export interface FoundOutput {
  readonly executionId: string;
  /** Where these bytes end properly, the output of an execution that has ended ends. */
  readonly complete: boolean;
  /** Why they are not complete. */
  readonly reason?: string;
  readonly state: 'running' | 'ended';
  readonly bytes: Buffer | OutputTransfer;
}

/** Where an output comes from: the whole from the log when it is that short, from the agent when it is there, and else what came with the result. */
@Injectable()
export class WholeOutputs {
  constructor(
    private readonly queries: RunQueries,
    private readonly stored: StoredOutputs,
    private readonly live: LiveSessions,
    private readonly agents: AgentsProjection,
    private readonly transfers: OutputTransfers,
    private readonly presence: ServerPresence,
  ) {}

  /**
   * What is on record: of the execution that was asked for, or else of the current one, or else the newest.
   *
   * @throws HttpProblem 404 when there is no such run, job, or result yet
   */
  async view(runId: string, jobId: string, query: OutputQuery): Promise<OutputView> {
    const job = this.jobOf(runId, jobId);
    const views = await this.stored.of(runId, jobId, query.stream);
    const execution = executionOf(job, runId, query);
    const isChosen = query.attempt !== undefined || query.execution !== undefined;
    const view = views.findLast(({ executionId }) => executionId === execution.executionId) ?? (isChosen ? undefined : views.at(-1));
    if (view === undefined) throw new HttpProblem(404, 'no-output', whyNone(job, execution));
    return view;
  }

  /**
   * @param gone aborts when nobody wants it any more
   * @param mayBeElsewhere whether somebody will ask the server that the agent is connected with
   * @throws HttpProblem, and AgentElsewhereError where that may be
   */
  async bytes(runId: string, jobId: string, query: OutputQuery, gone: AbortSignal, mayBeElsewhere: boolean): Promise<FoundOutput> {
    const job = this.jobOf(runId, jobId);
    const execution = executionOf(job, runId, query);
    const { executionId, state } = execution;
    const view = (await this.stored.of(runId, jobId, query.stream)).findLast((each) => each.executionId === executionId);
    if (view !== undefined && query.from > view.bytes) throw beyond(query.from, view.bytes);
    const whole = view && wholeIn(view);
    if (whole !== undefined) return { executionId, complete: true, state: 'ended', bytes: whole.subarray(query.from) };
    if (query.tail === 'true') return tailOf(job, execution, view, query, 'no more was asked for');
    if (view === undefined && (state === 'never-started' || state === 'declined')) throw new HttpProblem(404, 'no-output', whyNone(job, execution));
    try {
      if (mayBeElsewhere) this.requireHere(execution);
      return await this.fromAgent(runId, job, execution, view, query, gone);
    } catch (error) {
      if (error instanceof AgentSilentError) return tailOf(job, execution, view, query, error.message, new HttpProblem(503, 'agent-away', error.message));
      if (!(error instanceof OutputRefusedError)) throw error;
      // It has ended a moment ago, and what counts of its output is on record by now.
      if (error.refusal.code === 'execution-ended') return this.bytes(runId, jobId, { ...query, execution: executionId, follow: 'false' }, gone, mayBeElsewhere);
      return tailOf(job, execution, view, query, error.message, problemOf(error.refusal, execution));
    }
  }

  private async fromAgent(runId: string, job: Job, { executionId, agent, state }: Execution, view: OutputView | undefined, { stream, from, follow }: OutputQuery, gone: AbortSignal): Promise<FoundOutput> {
    const session = this.live.get(agent);
    if (session?.stream === undefined) throw new AgentSilentError(this.whereabouts(agent));
    const isFollowed = follow === 'true' && view === undefined && isOpenExecution(state);
    const until = view === undefined ? {} : { until: view.bytes };
    const bytes = await this.transfers.ask(session, { executionId, stream, from, follow: isFollowed, ...until }, gone);
    const complete = bytes.isEnded || isFollowed;
    return {
      executionId, complete, bytes, state: bytes.isEnded ? 'ended' : 'running',
      ...(complete ? {} : { reason: `${job.definition.id} of run ${runId} still runs` }),
    };
  }

  /** @throws AgentElsewhereError when the agent is connected with another server that is heard */
  private requireHere({ agent }: Execution): void {
    const server = this.agents.serverOf(agent);
    if (server === undefined || this.live.get(agent)?.stream !== undefined) return;
    const url = this.presence.heardOf(server)?.url;
    if (url !== undefined) throw new AgentElsewhereError(url);
  }

  private jobOf(runId: string, jobId: string): Job {
    const job = jobOf(this.queries.find(runId).run, jobId);
    if (job === undefined) throw new HttpProblem(404, 'job-not-found', `run ${runId} has no job ${jobId}`);
    return job;
  }

  private whereabouts(agent: string): string {
    const tracked = this.agents.find(agent);
    if (tracked === undefined) return `agent ${agent} is not known here`;
    const server = this.agents.serverOf(agent);
    return server === undefined ? `agent ${agent} is silent since ${tracked.contact.since}` : `agent ${agent} has no session with this server (it is with ${server})`;
  }
}

/** The one that was asked for, or else the current one. */
function executionOf({ executions, state, definition: { id } }: Job, runId: string, { attempt, execution: wanted }: OutputQuery): Execution {
  const found = executions.findLast((each) => (wanted === undefined || each.executionId === wanted) && (attempt === undefined || each.attempt === attempt));
  if (found !== undefined) return found;
  if (executions.length > 0) throw new HttpProblem(404, 'execution-not-found', `${id} of run ${runId} has no ${wanted === undefined ? `attempt ${attempt}` : `execution ${wanted}`}`);
  throw new HttpProblem(404, 'no-output', `${id} is ${state}: nothing of it has run`);
}

/** What came with the result, or why there is nothing; a tail cannot be put behind bytes that somebody has. */
function tailOf(job: Job, execution: Execution, view: OutputView | undefined, { from }: OutputQuery, reason: string, problem = new HttpProblem(404, 'no-output', whyNone(job, execution))): FoundOutput {
  if (view === undefined || from > 0) throw problem;
  const { executionId } = execution;
  return { executionId, complete: false, state: 'ended', bytes: Buffer.from(view.tail), reason };
}

function problemOf({ code, detail }: OutputRefusal, { agent, executionId }: Execution): HttpProblem {
  const said = `agent ${agent} on ${executionId}: ${detail}`;
  if (code === 'too-many-transfers') return new HttpProblem(503, code, said);
  return code === 'output-shorter' ? new HttpProblem(409, code, said) : new HttpProblem(404, 'output-gone', said);
}

function beyond(from: number, bytes: number): HttpProblem {
  return new HttpProblem(409, 'output-shorter', `the output has ${bytes} bytes; from ${from} on there is nothing`);
}

function whyNone({ definition: { id } }: Job, { agent, executionId, state }: Execution): string {
  const yet = isOpenExecution(state) ? 'has not come yet' : `will not come: the execution is ${state}`;
  return `the output of ${id} comes with its result, which ${yet}. What it wrote lies on agent ${agent}, in executions/${executionId}/`;
}
