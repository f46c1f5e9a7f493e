import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { ClockForecast, Occurrence, PlannedOccurrence, ScheduleEvent } from '#events/planning/schedule.events';
import type { Instant } from '#events/vocabulary';
import { type ChunkedMap, withEntry, withoutEntry } from '../chunked-map.js';
import { corruptHistory } from '../corrupt-history.js';
import type { FoldContext } from '../decider.js';
import { type StandingOrder, standingOrder } from '../standing-order.js';
import { nextScheduleMode, type ScheduleMode } from './schedule-answers.js';

/** A run of an occurrence that could not begin, and why. */
export interface NotStarted {
  readonly key: string;
  readonly jobnet: string;
  readonly code: string;
  readonly message: string;
  readonly at: Instant;
}

export interface ScheduleState {
  readonly mode: ScheduleMode;
  readonly version: number;
  readonly definition?: ScheduleDefinition;
  /** Why it starts nothing: the order that paused or retired it. */
  readonly closed?: StandingOrder;
  /** Whatever was due up to and with this instant is decided. */
  readonly decidedUpTo: Instant | undefined;
  /** What operators were asked about and have not answered, by key. */
  readonly asked: ChunkedMap<string, Occurrence>;
  /** The newest run that could not begin. */
  readonly lastNotStarted?: NotStarted | undefined;
  /** What comes next, as it was planned when it was last looked at. */
  readonly next?: PlannedOccurrence | undefined;
  /** What was foretold of its clocks, by which zone database. */
  readonly foretold?: Foretold | undefined;
}

export interface Foretold {
  readonly zoneData: string;
  readonly clocks: ClockForecast;
}

export const initialScheduleState: ScheduleState = { mode: 'absent', version: 0, decidedUpTo: undefined, asked: [] };

export function evolveSchedule(state: ScheduleState, event: ScheduleEvent, context: FoldContext): ScheduleState {
  const after = apply(state, event, context);
  if (!('next' in event.data) || event.data.next === undefined) return after;
  const { next } = event.data;
  return { ...after, next, ...(next.clocks === undefined ? {} : { foretold: { zoneData: next.zoneData, clocks: next.clocks } }) };
}

function apply(state: ScheduleState, event: ScheduleEvent, context: FoldContext): ScheduleState {
  switch (event.type) {
    case 'ScheduleDefined':
    case 'ScheduleRevised':
    case 'SchedulePaused':
    case 'ScheduleResumed':
    case 'ScheduleRetired':
      return live(state, event, context);
    case 'OccurrenceStarted':
      return decided(state, event.data.occurrence, event.data.because === 'backfill' || event.data.because === 'asked');
    case 'OccurrenceSkipped':
      return decided(state, event.data.occurrence, event.data.because === 'operator');
    case 'OccurrencesSkipped':
      return decided(state, event.data.last, false);
    case 'OccurrenceMissed': {
      const { occurrence } = event.data;
      return { ...decided(state, occurrence, false), asked: withEntry(state.asked, occurrence.key, occurrence) };
    }
    case 'OccurrenceMoved':
      mustBeThere(state, event);
      return { ...state, next: undefined, foretold: undefined };
    case 'OccurrenceNotStarted': {
      mustBeThere(state, event);
      const { key, jobnet, code, message } = event.data;
      return { ...state, lastNotStarted: { key, jobnet, code, message, at: context.at } };
    }
  }
}

type LifeEvent = Extract<ScheduleEvent, { type: `Schedule${string}` }>;

function live(state: ScheduleState, event: LifeEvent, context: FoldContext): ScheduleState {
  const mode = nextScheduleMode[state.mode][event.type];
  if (mode === 'corrupt') throw corruptHistory(`${event.type} of a schedule that is ${state.mode} (version ${state.version})`);
  switch (event.type) {
    case 'ScheduleDefined':
    case 'ScheduleRevised': {
      const { version, definition } = event.data;
      if (version !== state.version + 1) throw corruptHistory(`version ${version} of ${definition.schedule} after version ${state.version}`);
      return { ...state, mode, version, definition, decidedUpTo: later(state.decidedUpTo, context.at), next: undefined, foretold: undefined };
    }
    case 'ScheduleResumed': {
      const { closed: _takenBack, ...open } = state;
      return { ...open, mode, decidedUpTo: later(state.decidedUpTo, context.at), next: undefined };
    }
    case 'SchedulePaused':
    case 'ScheduleRetired':
      return { ...state, mode, closed: standingOrder(context) };
  }
}

/** @param aside said by a person about the past: what comes due by the clock goes on where it was */
function decided(state: ScheduleState, { key, at }: Occurrence, aside: boolean): ScheduleState {
  mustBeThere(state, { type: 'an occurrence' });
  return { ...state, asked: withoutEntry(state.asked, key), decidedUpTo: aside ? state.decidedUpTo : later(state.decidedUpTo, at) };
}

function mustBeThere({ mode }: ScheduleState, { type }: { readonly type: string }): void {
  if (mode === 'absent') throw corruptHistory(`${type} of a schedule that nobody has defined`);
}

function later(one: Instant | undefined, other: Instant): Instant {
  return one !== undefined && one > other ? one : other;
}
