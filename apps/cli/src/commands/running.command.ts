import type { Command } from 'commander';
import type { RunningView } from '#protocol/api';
import type { CliContext } from '../cli-context.js';
import { evidenceWords } from '../output/evidence-words.js';
import type { Output } from '../output/output.js';
import { between, localTime } from '../output/time-words.js';
import { sessionOf, showList, withConnection, withPaging, type ListOptions } from './client-command.js';

/** `kiroku running` */
export function addRunningCommand(program: Command, context: CliContext): void {
  withConnection(withPaging(program.command('running').description('every open execution, the least certain first')))
    .action(async (options: ListOptions) => {
      const session = sessionOf(options, context);
      await showList<RunningView>(session, '/api/v1/running', {}, options, (rows) => showRunning(rows, session.out), 'nothing is running');
    });
}

function showRunning(rows: readonly RunningView[], out: Output): void {
  const now = out.nowMs;
  out.table(['RUN', 'JOBNET', 'JOB', 'STATE', 'ATTEMPT', 'AGENT', 'STARTED', 'FOR', 'EVIDENCE'], rows.map((row) => [
    row.runId, row.jobnet, row.jobId, stateCell(row, out), row.attempt > 1 ? String(row.attempt) : '', row.agent,
    localTime(row.startedAt ?? row.dispatchedAt, now), between(row.startedAt ?? row.dispatchedAt, undefined, now),
    { text: evidenceWords(row.evidence, now), paint: out.colours(row.evidence.kind) },
  ]));
}

/** An execution outlives the decision on its job: then both are shown. */
function stateCell({ state, jobState }: RunningView, out: Output) {
  const decided = ['succeeded', 'failed', 'stopped', 'skipped'].includes(jobState);
  return { text: decided ? `${state} (job ${jobState})` : state, paint: out.colours(state) };
}
