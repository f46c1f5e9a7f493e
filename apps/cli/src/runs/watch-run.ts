import type { EventView, JobView, RunView } from '#protocol/api';
import { facts, happened, jobOf, who, why } from '../audit/event-words.js';
import { apiPath } from '../client/api-client.js';
import { EXIT, type ExitCode } from '../client/exit-codes.js';
import type { Output } from '../output/output.js';
import { visible } from '../output/plain-text.js';
import { between, localTime } from '../output/time-words.js';
import type { Session } from '../commands/client-command.js';
import { Contact } from '../watching/contact.js';
import { followEvents } from '../watching/follow-events.js';
import { untilCtrlC } from '../watching/until-ctrl-c.js';
import { runHeadline } from './run-words.js';

const ENDED = new Set(['succeeded', 'failed', 'stopped']);
const MOVING = new Set(['delayed', 'ready', 'dispatched', 'running', 'retrying']);

/**
 * Prints a run's own log as it grows, from its start, until it ends, or until it fails and only an operator can move it. A server that
 * goes away is said once and waited for. Ctrl-C ends the watching alone.
 *
 * @param reached a server has answered this command already
 */
export function watchRun(runId: string, session: Session, reached: boolean): Promise<ExitCode> {
  return untilCtrlC(session.out, 'no longer watching; the run goes on', () => watch(runId, session, reached));
}

async function watch(runId: string, { api, out }: Session, reached: boolean): Promise<ExitCode> {
  const contact = new Contact(out, api.connection.url, reached);
  const seenAt = async (after?: string) => (await contact.ask(() => api.get<RunView>(apiPath`/runs/${runId}`, ['runId', 'revision', 'status', 'jobs'], { after }))).view;
  let run = await seenAt();
  if (!out.json) out.line(runHeadline(run, out.nowMs));
  const widths = run.jobs.map(({ jobId }) => jobId.length);
  for await (const { event, raw } of followEvents(api, { run: runId }, '0', contact)) {
    await out.lineWhenTaken(out.json ? raw : eventLine(event, Math.max(0, ...widths), out));
    if (event.revision < run.revision) continue;
    run = await seenAt(event.position);
    const code = event.revision < run.revision ? undefined : outcome(run);
    if (code === undefined) continue;
    if (!out.json) out.line(lastLine(run, out));
    return code;
  }
  return EXIT.notSucceeded;
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

/** When, which job, what happened, who said so, and why. */
function eventLine(event: EventView, width: number, out: Output): string {
  const what = [happened(event), facts(event)].filter(Boolean).join(': ');
  const reason = why(event);
  return visible(`  ${localTime(event.at, out.nowMs)}  ${jobOf(event).padEnd(width)}  ${what}  by ${who(event)}${reason === '' ? '' : `  (${reason})`}`);
}

function lastLine(run: RunView, out: Output): string {
  const took = run.finishedAt === undefined ? '' : ` after ${between(run.startedAt, run.finishedAt, out.nowMs)}`;
  const waits = run.finishedAt === undefined ? '; what follows waits for an operator' : '';
  return `run ${run.runId} ${out.colours(run.status)(run.status)}${took}${waits}`;
}
