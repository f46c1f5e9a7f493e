import { setTimeout as pause } from 'node:timers/promises';
import type { JobView, RunView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { type CliFailure, GarbledAnswer, Refused, Unreachable } from '../client/cli-failure.js';
import { EXIT, type ExitCode } from '../client/exit-codes.js';
import type { Document } from '../client/http-answer.js';
import type { Output } from '../output/output.js';
import { visible } from '../output/plain-text.js';
import { ageWords, between, localTime } from '../output/time-words.js';
import type { Session } from '../commands/client-command.js';
import { endWords, remarks, runHeadline } from './run-words.js';

/** Quick enough for a person who waits; a live stream replaces the polling in a later version. */
const POLL_MS = 500;

const ENDED = new Set(['succeeded', 'failed', 'stopped']);
const MOVING = new Set(['ready', 'dispatched', 'running']);

/**
 * Prints what changes in a run until it ends, or until it fails and only an operator can move it.
 * A server that goes away is said once and waited for; `reached` is true when one has answered this command already.
 */
export async function watchRun(runId: string, { api, out }: Session, reached: boolean): Promise<ExitCode> {
  const contact = new Contact(out, api.connection.url, reached);
  let seen: RunView | undefined;
  for (;;) {
    const answer = await contact.ask(() => api.get<RunView>(apiPath`/runs/${runId}`, ['runId', 'status', 'jobs']));
    if (answer !== undefined) {
      report(seen, answer, out);
      seen = answer.view;
      const code = outcome(seen);
      if (code !== undefined) return code;
    }
    await pause(POLL_MS);
  }
}

/** Undefined while the run can go on by itself. */
function outcome(run: RunView): ExitCode | undefined {
  if (ENDED.has(run.status)) return run.status === 'succeeded' ? EXIT.done : EXIT.notSucceeded;
  const needsSomebody = run.status === 'failing' || run.jobs.some(waitsForOperator);
  return needsSomebody && !run.jobs.some(moves) ? EXIT.notSucceeded : undefined;
}

function moves(job: JobView): boolean {
  return MOVING.has(job.state) && !waitsForOperator(job);
}

/** Its agent would not take it, or does not know of it: nothing comes of it until a person decides. */
function waitsForOperator({ state, evidence, executions }: JobView): boolean {
  return evidence.kind === 'unknown-to-agent' || (state === 'held' && executions.at(-1)?.state === 'declined');
}

/** Tells once that the server is away, and once that it is back. */
class Contact {
  private awaySinceMs: number | undefined;

  constructor(
    private readonly out: Output,
    private readonly url: string,
    private reached: boolean,
  ) {}

  async ask<View>(question: () => Promise<Document<View>>): Promise<Document<View> | undefined> {
    try {
      const answer = await question();
      this.back();
      return answer;
    } catch (error) {
      if (!this.reached || !isAway(error)) throw error;
      this.away(error);
      return undefined;
    }
  }

  private away(error: CliFailure): void {
    if (this.awaySinceMs !== undefined) return;
    this.awaySinceMs = this.out.nowMs;
    this.out.note(`${error.message}; waiting for it, the run does not depend on it`);
  }

  private back(): void {
    if (this.awaySinceMs !== undefined) this.out.note(`the server at ${this.url} answers again, after ${ageWords(this.out.nowMs - this.awaySinceMs)}`);
    this.awaySinceMs = undefined;
    this.reached = true;
  }
}

/** Also what a proxy, or a server whose store is away, says meanwhile. */
function isAway(error: unknown): error is CliFailure {
  if (error instanceof Unreachable) return true;
  return (error instanceof Refused && error.problem.status >= 500) || (error instanceof GarbledAnswer && error.status >= 500);
}

function report(before: RunView | undefined, answer: Document<RunView>, out: Output): void {
  const run = answer.view;
  const changed = run.jobs.filter((job) => before === undefined || essence(job) !== essence(before.jobs.find(({ jobId }) => jobId === job.jobId)));
  if (before !== undefined && changed.length === 0 && before.status === run.status) return;
  if (out.json) return out.line(answer.raw);
  if (before === undefined) out.line(runHeadline(run, out.nowMs));
  changed.forEach((job) => out.line(jobLine(job, out)));
  if (before !== undefined && before.status !== run.status) out.line(runLine(run, out));
}

/** What counts as a change: a sign of life that says nothing new does not, nor does what becomes of those that a job waits for. */
function essence(job: JobView | undefined): string {
  if (job === undefined) return '';
  const { state, evidence, executionId, pending, waitsFor, exitCode, executions } = job;
  return JSON.stringify([state, evidence.kind, executionId, pending, state === 'waiting' ? [] : waitsFor, exitCode, executions.filter(({ late }) => late === true).length]);
}

function jobLine(job: JobView, out: Output): string {
  const now = out.nowMs;
  const facts = [endWords(job), times(job, now), ...remarks(job, now)].filter((fact) => fact !== '');
  return `  ${job.jobId}  ${out.colours(job.state)(job.state)}${facts.length === 0 ? '' : `  ${visible(facts.join('; '))}`}`;
}

function times(job: JobView, nowMs: number): string {
  if (job.finishedAt !== undefined) return `at ${localTime(job.finishedAt, nowMs)} after ${between(job.startedAt, job.finishedAt, nowMs) || 'an unknown time'}`;
  return job.state === 'running' && job.startedAt !== undefined ? `on ${job.agent} since ${localTime(job.startedAt, nowMs)}` : '';
}

function runLine(run: RunView, out: Output): string {
  const took = run.finishedAt === undefined ? '' : ` after ${between(run.startedAt, run.finishedAt, out.nowMs)}`;
  const waits = run.status === 'failing' ? '; what follows the failed job waits for an operator' : '';
  return `run ${run.runId} ${out.colours(run.status)(run.status)}${took}${waits}`;
}
