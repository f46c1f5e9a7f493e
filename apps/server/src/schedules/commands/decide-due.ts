import type { EventMetadata, Instant } from '#events/vocabulary';
import type { DueOccurrence } from '#domain/schedule/decide-occurrences';
import type { PlannedOccurrence } from '#events/planning/schedule.events';
import type { Occurrence } from '#occurrences/occurrence';
import { CommandRejectedError } from '../../event-sourcing/command-failures.js';
import { type OccurrencePlanner, ZONE_DATA } from '../occurrence-planner.js';
import type { ScheduleAggregate } from '../schedule.aggregate.js';

/** As many occurrences are decided in one append, which holds 500 events. */
export const AT_ONCE = 400;

/** And as many bytes of them, of 512 KiB that an append holds: what belongs to each event besides takes some hundred. */
export const BYTES_AT_ONCE = 320 * 1024;
const BYTES_BESIDES = 400;

/** What comes after what was decided now. `more`: it is due already. */
export interface Decided {
  readonly next: PlannedOccurrence | undefined;
  readonly more: boolean;
}

/** Lets a schedule decide what was due up to the instant of the decision, or the first of it. */
export function decideDue(schedule: ScheduleAggregate, metadata: EventMetadata, planner: OccurrencePlanner, restoredAt: Instant | undefined): Decided {
  const { definition, decidedUpTo, version, mode } = schedule.state;
  if (definition === undefined || decidedUpTo === undefined || mode === 'retired') return { next: undefined, more: false };
  recordMove(schedule, metadata, planner);
  const now = metadata.at;
  // One row of starts answers what is due and what comes next: beginning a row costs more than going on with it.
  const row = dueAndNext(planner.undecided(definition, decidedUpTo), now);
  const due = upToOneAppend(row.filter(({ at }) => at <= now).slice(0, AT_ONCE).map((each) => planner.due(definition, each, now)));
  const following = row[due.length];
  const more = following !== undefined && following.at <= now;
  const next = following === undefined ? undefined : planner.planned(definition, following, schedule.state.foretold, now);
  schedule.handle({ type: 'DecideOccurrences', version, due, more, restoredAt, next }, metadata);
  return { next, more };
}

/**
 * Before a word about the schedule after which it decides otherwise or nothing: what was due before it is not concerned by it.
 *
 * @throws CommandRejectedError while more is due than one append can hold; the clock decides it in parts
 */
export function decideAllDue(schedule: ScheduleAggregate, metadata: EventMetadata, planner: OccurrencePlanner, restoredAt: Instant | undefined): void {
  const { more } = decideDue(schedule, metadata, planner, restoredAt);
  if (more) throw new CommandRejectedError('schedule-catching-up', 'it decides what was due while no server ran; ask again in a moment, or pause it: what is left of that is then skipped, on record');
}

/** Another zone database than this one's had planned a start elsewhere: that is on record before anything is decided by this one. */
export function recordMove(schedule: ScheduleAggregate, metadata: EventMetadata, planner: OccurrencePlanner): void {
  const { definition, decidedUpTo, mode } = schedule.state;
  if (definition === undefined || decidedUpTo === undefined || mode === 'retired') return;
  const moved = planner.moved(definition, schedule.state);
  if (moved === undefined) return;
  const first = planner.firstUndecided(definition, decidedUpTo);
  const next = first === undefined ? undefined : planner.planned(definition, first, undefined, metadata.at);
  schedule.handle({ type: 'MoveOccurrence', ...moved, zoneData: ZONE_DATA, next }, metadata);
}

/** The first of them, at least one: as many as fit into one append. */
export function upToOneAppend(due: readonly DueOccurrence[]): readonly DueOccurrence[] {
  if (due.length <= 1) return due;
  let bytes = 0;
  const end = due.findIndex((each, index) => (bytes += Buffer.byteLength(JSON.stringify(each)) + BYTES_BESIDES) > BYTES_AT_ONCE && index > 0);
  return end < 0 ? due : due.slice(0, end);
}

/** Those that are due, or more of them than one append holds, and the first that is not. */
function dueAndNext(starts: Iterable<Occurrence>, now: Instant): Occurrence[] {
  const row: Occurrence[] = [];
  for (const start of starts) {
    row.push(start);
    if (start.at > now || row.length > AT_ONCE) break;
  }
  return row;
}
