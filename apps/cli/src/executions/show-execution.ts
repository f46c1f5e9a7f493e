import type { ExecutionDetailsView } from '#protocol/api';
import { knownWords } from '../output/evidence-words.js';
import type { Output } from '../output/output.js';
import { localTime } from '../output/time-words.js';
import { endWords } from '../runs/run-words.js';

export function showExecution({ runId, jobnet, jobId, jobState, execution, events }: ExecutionDetailsView, out: Output): void {
  const now = out.nowMs;
  const known = [knownWords(execution, now), endWords(execution), execution.late === true ? 'a late result' : '', execution.reason ?? ''].filter((words) => words !== '');
  out.line(`execution ${execution.executionId}, attempt ${execution.attempt} of job ${jobId} (${jobState}) of run ${runId} of jobnet ${jobnet}`);
  out.line(`${[`${execution.state} on agent ${execution.agent}`, ...known].join(', ')}`);
  out.line('');
  out.table(['POSITION', 'TIME', 'EVENT', 'BY', 'WHY'], events.map(({ position, at, type, actor, reason, ticket }) => [
    position, localTime(at, now), type, actor.id, [reason, ticket === undefined ? undefined : `[${ticket}]`].filter((text) => text !== undefined).join(' '),
  ]));
}
