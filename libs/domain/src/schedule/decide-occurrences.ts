import type { Occurrence, PlannedOccurrence, ScheduleEvent, SkippedBecause } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import type { Decision } from '../rejection.js';
import { scheduleAnswers } from './schedule-answers.js';
import type { ScheduleState } from './schedule.state.js';

/** An occurrence with what follows from it when it is started. */
export interface DueOccurrence extends Occurrence {
  /** Between its instant and the decision. */
  readonly lateSeconds: number;
  readonly runs: readonly { readonly jobnet: string; readonly runId: string }[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** The clock has come to `now`: what was due since the last decision is decided. */
export interface DecideOccurrences {
  readonly type: 'DecideOccurrences';
  /** Of the version that is meant: another one has other occurrences. */
  readonly version: number;
  /** All or the first of what was due after `decidedUpTo`, in order. */
  readonly due: readonly DueOccurrence[];
  /** More was due than these. */
  readonly more: boolean;
  /** The log was restored at this instant: what was due before may have run in the stretch that was lost. */
  readonly restoredAt?: Instant | undefined;
  readonly next?: PlannedOccurrence | undefined;
}

/** Later than this it is a misfire, and the schedule's policy decides. A start of the server takes no longer, and a job of the night notices no minute. */
const MISFIRE_SECONDS = 60;

/** A longer row of skipped ones is one event. */
const ROW = 100;

type Verdict = { readonly start: 'due' | 'misfire' } | { readonly skip: SkippedBecause } | { readonly ask: 'policy' | 'log-restored' };

export function decideOccurrences(command: DecideOccurrences, state: ScheduleState): Decision<ScheduleEvent> {
  const { definition, decidedUpTo = '' } = state;
  const answer = scheduleAnswers[state.mode].DecideOccurrences;
  if (definition === undefined || answer === 'nothing' || command.version !== state.version) return [];
  const due = command.due.filter(({ at }) => at > decidedUpTo);
  const events = inRows(due.map((each, index) => eventFor(each, answer === 'skipped' ? { skip: 'paused' } : verdict(each, index === due.length - 1 && !command.more, definition, command.restoredAt))));
  return withNext(events, command.next);
}

function verdict({ at, lateSeconds }: DueOccurrence, isLast: boolean, { misfire, within }: ScheduleDefinition, restoredAt: Instant | undefined): Verdict {
  if (within !== undefined && lateSeconds > within) return { skip: 'too-late' };
  if (restoredAt !== undefined && at <= restoredAt) return { ask: 'log-restored' };
  if (lateSeconds <= MISFIRE_SECONDS) return { start: 'due' };
  switch (misfire) {
    case 'runAll': return { start: 'misfire' };
    case 'runLatest': return isLast ? { start: 'misfire' } : { skip: 'superseded' };
    case 'skip': return { skip: 'missed' };
    case 'ask': return { ask: 'policy' };
  }
}

function eventFor(due: DueOccurrence, verdict: Verdict): ScheduleEvent {
  const occurrence = bare(due);
  if ('skip' in verdict) return { type: 'OccurrenceSkipped', data: { occurrence, because: verdict.skip } };
  if ('ask' in verdict) return { type: 'OccurrenceMissed', data: { occurrence, because: verdict.ask } };
  return started(due, verdict.start);
}

/** `lateSeconds` only where it tells something. */
export function started({ lateSeconds, runs, parameters, ...due }: DueOccurrence, because: 'due' | 'misfire' | 'asked' | 'backfill'): ScheduleEvent {
  return { type: 'OccurrenceStarted', data: { occurrence: bare(due), runs: [...runs], parameters, because, ...(because === 'misfire' ? { lateSeconds } : {}) } };
}

function bare({ key, at, local, businessDay }: Occurrence): Occurrence {
  return { key, at, local, businessDay };
}

/** Long rows of the same skip become one event each. */
function inRows(events: readonly ScheduleEvent[]): ScheduleEvent[] {
  const told: ScheduleEvent[] = [];
  for (let first = 0; first < events.length;) {
    const row = rowFrom(events, first);
    told.push(...(row.length > ROW ? together(row) : events.slice(first, first + Math.max(1, row.length))));
    first += Math.max(1, row.length);
  }
  return told;
}

type Skipped = Extract<ScheduleEvent, { type: 'OccurrenceSkipped' }>;

function rowFrom(events: readonly ScheduleEvent[], first: number): Skipped[] {
  const row: Skipped[] = [];
  for (let index = first; index < events.length; index += 1) {
    const event = events[index];
    if (event?.type !== 'OccurrenceSkipped' || (row[0] !== undefined && row[0].data.because !== event.data.because)) break;
    row.push(event);
  }
  return row;
}

function together(row: readonly Skipped[]): ScheduleEvent[] {
  const [first, last] = [row[0], row.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [{ type: 'OccurrencesSkipped', data: { first: first.data.occurrence, last: last.data.occurrence, count: row.length, because: first.data.because } }];
}

/** The last event says what comes next. */
function withNext(events: readonly ScheduleEvent[], next: PlannedOccurrence | undefined): readonly ScheduleEvent[] {
  const last = events.at(-1);
  if (last === undefined || next === undefined) return events;
  return [...events.slice(0, -1), { ...last, data: { ...last.data, next } } as ScheduleEvent];
}
