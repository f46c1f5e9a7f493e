import type { EventView } from '#protocol/api';

/** What happened, in words: `JobStopRequested` is "stop requested", `RunFinished` is "run finished". */
export function happened({ type }: EventView): string {
  return type.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().replace(/^job /, '');
}

/** A server's name is a UUID: its beginning tells them apart. */
export function who({ actor }: EventView): string {
  return actor.kind === 'server' ? `server ${actor.id.slice(0, 8)}` : actor.id;
}

export function why({ reason, ticket }: EventView): string {
  return [reason ?? '', ticket === undefined ? '' : `[${ticket}]`].filter(Boolean).join(' ');
}

/** The job that an event of a run concerns. */
export function jobOf({ data }: EventView): string {
  const { jobId } = fieldsOf(data);
  return typeof jobId === 'string' ? jobId : '';
}

/** The few facts that tell one event from the next; `--json` has all of them. */
export function about(event: EventView): string {
  const { jobId, executionId } = fieldsOf(event.data);
  // `R1~A1~2` on the stream of run R1 is `A1~2`: the run stands beside it.
  const subject = executionId === undefined ? word('', jobId) : word('', executionId).replace(`${event.stream.replace(/^run-/, '')}~`, '');
  return [subject, facts(event)].filter((fact) => fact !== '').join(', ');
}

/** As `about`, without whom it concerns. */
export function facts({ type, data }: EventView): string {
  if (type === 'CommandRefused') return refused(fieldsOf(data));
  const { outcome, exitCode, signal, status, version, agent, reason, policy, due } = fieldsOf(data);
  const words = [word('', outcome), word('exit ', exitCode), word('', signal), word('', status), word('version ', version), word('agent ', agent), word('', reason), word('policy ', policy), word('due ', due)];
  return words.filter((fact) => fact !== '').join(', ');
}

/** What was tried, and the stable code of the refusal. */
function refused({ method, path, status, code }: Record<string, unknown>): string {
  return [`${word('', method)} ${word('', path).replace(/^\/api\/v1/, '')}`, `${word('', status)} ${word('', code)}`].join(', ');
}

function fieldsOf(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

function word(name: string, value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${name}${value}` : '';
}
