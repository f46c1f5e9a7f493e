import type { CalendarDefinition } from '#events/planning/calendar-definition';
import type { CalendarEvent } from '#events/planning/calendar.events';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider, FoldContext } from '../decider.js';
import { sameDefinition } from '../jobnet/same-definition.js';
import { type Decision, type Rejection, rejection } from '../rejection.js';
import { type StandingOrder, standingOrder } from '../standing-order.js';
import { type DayRules, troubleWith } from './calendar-references.js';

/** `active`: schedules and other calendars may name it. `retired`: it is out of use, until somebody defines it again. */
export type CalendarMode = 'absent' | 'active' | 'retired';

/** Version 0 and no definition before the first; the earlier ones stand in the log. */
export interface CalendarState {
  readonly mode: CalendarMode;
  readonly version: number;
  readonly definition?: CalendarDefinition;
  /** The order that retired it. */
  readonly closed?: StandingOrder;
}

/** What an operator saw when deciding; refused unless it still is so. */
export interface CalendarExpectation {
  readonly version?: number | undefined;
  readonly state?: string | undefined;
}

/** Defines a calendar, or revises it when it exists and says something else. A retired one is in use again. */
export interface DefineCalendar {
  readonly type: 'DefineCalendar';
  readonly definition: CalendarDefinition;
  /** What all calendars in use say, this one as it was. */
  readonly rules: DayRules;
}

export interface RetireCalendar {
  readonly type: 'RetireCalendar';
  readonly calendar: string;
  /** Who names it, in words: `schedule nightly`. */
  readonly users: readonly string[];
  readonly expect?: CalendarExpectation | undefined;
}

export type CalendarCommand = DefineCalendar | RetireCalendar;

type Moves = { readonly [Type in CalendarEvent['type']]: Exclude<CalendarMode, 'absent'> | 'corrupt' };

/** Where each event leads. What no decision could have recorded is a corrupt history. */
export const nextCalendarMode: { readonly [Mode in CalendarMode]: Moves } = {
  absent: { CalendarDefined: 'active', CalendarRevised: 'corrupt', CalendarRetired: 'corrupt' },
  active: { CalendarDefined: 'corrupt', CalendarRevised: 'active', CalendarRetired: 'retired' },
  retired: { CalendarDefined: 'corrupt', CalendarRevised: 'active', CalendarRetired: 'corrupt' },
};

export const calendarDecider: Decider<CalendarState, CalendarCommand, CalendarEvent> = {
  initialState: { mode: 'absent', version: 0 },

  decide(command, state) {
    switch (command.type) {
      case 'DefineCalendar': return define(command, state);
      case 'RetireCalendar': return retire(command, state);
    }
  },

  evolve(state, event, context) {
    const mode = nextCalendarMode[state.mode][event.type];
    if (mode === 'corrupt') throw corruptHistory(`${event.type} of a calendar that is ${state.mode} (version ${state.version})`);
    return { ...apply(state, event, context), mode };
  },
};

function define({ definition, rules }: DefineCalendar, { mode, version, definition: current }: CalendarState): Decision<CalendarEvent> {
  const { calendar } = definition;
  if (current !== undefined && current.calendar !== calendar) {
    return rejection('calendar-mismatch', `the calendar is ${current.calendar} and cannot become ${calendar}; define that one by its own name`);
  }
  if (mode === 'active' && current !== undefined && sameDefinition(current, definition)) return [];
  const trouble = troubleAfter(definition, rules);
  if (trouble !== undefined) return trouble;
  return [{ type: mode === 'absent' ? 'CalendarDefined' : 'CalendarRevised', data: { version: version + 1, definition } }];
}

/** Of the calendar itself, or of one that names it and was sound before. */
function troubleAfter({ calendar, days }: CalendarDefinition, rules: DayRules): Rejection | undefined {
  const after = new Map(rules).set(calendar, days);
  const own = troubleWith(calendar, after);
  if (own !== undefined) return own;
  for (const other of rules.keys()) {
    const trouble = troubleWith(other, after);
    if (trouble !== undefined && troubleWith(other, rules) === undefined) return trouble;
  }
  return undefined;
}

/** The order of questions is that of every intervention: is it there, is it so already, is it as expected, is it allowed? */
function retire({ calendar, users, expect }: RetireCalendar, { mode, version }: CalendarState): Decision<CalendarEvent> {
  if (mode === 'absent') return rejection('calendar-not-found', `there is no calendar ${calendar}`);
  if (mode === 'retired') return [];
  if (expect?.state !== undefined && expect.state !== mode) return rejection('not-as-expected', `${calendar} is ${mode}, not ${expect.state}`);
  if (expect?.version !== undefined && expect.version !== version) return rejection('not-as-expected', `${calendar} has version ${version}, not ${expect.version}`);
  if (users.length > 0) return rejection('calendar-in-use', `${calendar} cannot be retired: it is named by ${users.join(', ')}; change or retire ${users.length === 1 ? 'that' : 'those'} first`);
  return [{ type: 'CalendarRetired', data: {} }];
}

function apply(state: CalendarState, event: CalendarEvent, context: FoldContext): Omit<CalendarState, 'mode'> {
  switch (event.type) {
    case 'CalendarDefined':
    case 'CalendarRevised': {
      const { version, definition } = event.data;
      if (version !== state.version + 1) throw corruptHistory(`version ${version} of ${definition.calendar} after version ${state.version}`);
      if (state.definition !== undefined && state.definition.calendar !== definition.calendar) {
        throw corruptHistory(`a version of ${definition.calendar} among those of ${state.definition.calendar}`);
      }
      return { version, definition };
    }
    case 'CalendarRetired':
      return { ...state, closed: standingOrder(context) };
  }
}
