import type { JobnetEvent } from '#events/jobnet.events';
import type { Instant } from '#events/vocabulary';
import type { Decision } from '../rejection.js';
import type { JobnetLifeEvent } from './jobnet-answers.js';

type AdmissionEvent = Exclude<JobnetEvent, JobnetLifeEvent>;
type Queued = Extract<AdmissionEvent, { type: 'RunQueued' }>['data'];

/**
 * Which of the runs that schedules want may begin, decided in one place so that two starts at once, or two servers, cannot both win
 * (design section 10.14). Runs that an operator starts, and those of schedules that allow overlap, ask nobody; they are seen as open.
 */
export interface RunAdmissions {
  /** Admitted, and not known to be over. */
  readonly admitted: ReadonlySet<string>;
  /** The first one is next. */
  readonly queue: readonly QueuedRun[];
}

/** A run that waits for its turn, and since when. */
export type QueuedRun = Pick<Queued, 'runId' | 'replaces' | 'behind' | 'schedule' | 'key'> & { readonly since: Instant };

/** What the other streams say in the instant of the decision. */
interface Surroundings {
  /** Open runs of the jobnet, whoever started them. */
  readonly open: readonly string[];
  /** Of those admitted, the ones that are over, or will not begin by that admission. */
  readonly over: readonly string[];
}

export type Admission =
  | (Surroundings & { readonly type: 'AdmitRun'; readonly jobnet: string; readonly runId: string; readonly schedule: string; readonly key: string; readonly overlap: 'skip' | 'queue' | 'replace' })
  | (Surroundings & { readonly type: 'AdmitNext' });

type AdmitRun = Extract<Admission, { type: 'AdmitRun' }>;

export const NOBODY: RunAdmissions = { admitted: new Set(), queue: [] };

export function isLifeEvent(event: JobnetEvent): event is JobnetLifeEvent {
  return event.type.startsWith('Jobnet');
}

export function admitRun({ runId, schedule, key, overlap, open, over }: AdmitRun, admissions: RunAdmissions): Decision<AdmissionEvent> {
  // Admitted before, and could not begin by that: it is wanted once more, by a backfill.
  const isAdmitted = admissions.admitted.has(runId) && !over.includes(runId);
  if (isAdmitted || admissions.queue.some((queued) => queued.runId === runId)) return [];
  const busy = busyWith(admissions, open, over).filter((each) => each !== runId);
  const waiting = admissions.queue.map((queued) => queued.runId);
  const told = overOf(admissions, over);
  if (busy.length === 0 && waiting.length === 0) return [{ type: 'RunAdmitted', data: { runId, ...told } }];
  if (overlap === 'skip') return [{ type: 'RunPassedOver', data: { runId, schedule, key, because: [...busy, ...waiting], ...told } }];
  const replaced = overlap === 'replace' ? admissions.queue.filter((queued) => queued.replaces && queued.schedule === schedule) : [];
  return [
    ...replaced.map((queued): AdmissionEvent => ({ type: 'QueuedRunDropped', data: { runId: queued.runId, by: runId } })),
    { type: 'RunQueued', data: { runId, schedule, key, behind: busy, replaces: overlap === 'replace', ...told } },
  ];
}

export function admitNext({ open, over }: Surroundings, admissions: RunAdmissions): Decision<AdmissionEvent> {
  const [next] = admissions.queue;
  if (next === undefined || busyWith(admissions, open, over).length > 0) return [];
  return [{ type: 'RunAdmitted', data: { runId: next.runId, ...overOf(admissions, over) } }];
}

export function evolveAdmissions(before: RunAdmissions, event: AdmissionEvent, at: Instant): RunAdmissions {
  const { admitted, queue } = withoutOver(before, 'over' in event.data ? event.data.over : undefined);
  switch (event.type) {
    case 'RunAdmitted': return { admitted: new Set([...admitted, event.data.runId]), queue: queue.filter(({ runId }) => runId !== event.data.runId) };
    case 'RunQueued': {
      const { runId, schedule, key, behind, replaces } = event.data;
      return { admitted, queue: [...queue, { runId, schedule, key, behind, replaces, since: at }] };
    }
    case 'RunPassedOver': return { admitted, queue };
    case 'QueuedRunDropped': return { admitted, queue: queue.filter(({ runId }) => runId !== event.data.runId) };
  }
}

/** What has to be over before another one may begin. */
export function busyWith({ admitted }: RunAdmissions, open: readonly string[], over: readonly string[]): string[] {
  return [...new Set([...[...admitted].filter((runId) => !over.includes(runId)), ...open])];
}

function overOf({ admitted }: RunAdmissions, over: readonly string[]): { over?: string[] } {
  const told = over.filter((runId) => admitted.has(runId));
  return told.length === 0 ? {} : { over: told };
}

function withoutOver(admissions: RunAdmissions, over: readonly string[] | undefined): RunAdmissions {
  return over === undefined ? admissions : { ...admissions, admitted: new Set([...admissions.admitted].filter((runId) => !over.includes(runId))) };
}
