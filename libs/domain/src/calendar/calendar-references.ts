import type { DayRule } from '#events/planning/calendar-definition';
import { type Rejection, rejection } from '../rejection.js';

/** What calendars say, by their names. */
export type DayRules = ReadonlyMap<string, DayRule>;

/** Nobody reads more; it also bounds the stack. Calendars that are named count with what is in them. */
const MAX_LEVELS = 32;
/** `shift` and `closed` look up to a year away, and each that stands in another one a year further. */
const MAX_MOVES = 8;

interface Depth {
  readonly levels: number;
  readonly moves: number;
}

/** The rules that a rule is made of; none of a rule that stands alone. */
export function partsOf(rule: DayRule): readonly DayRule[] {
  if ('and' in rule) return rule.and;
  if ('or' in rule) return rule.or;
  if ('not' in rule) return [rule.not];
  return 'days' in rule ? [rule.days, rule.over] : [];
}

/** The calendars that a rule names itself, each once. */
export function calendarsIn(rule: DayRule): ReadonlySet<string> {
  if ('calendar' in rule) return new Set([rule.calendar]);
  return new Set(partsOf(rule).flatMap((part) => [...calendarsIn(part)]));
}

/** Why a calendar cannot say which days are its own: one that it names is missing, it leads back to itself, or it is too deep. */
export function troubleWith(calendar: string, rules: DayRules): Rejection | undefined {
  const depth = depthOfCalendar(calendar, [], { rules, known: new Map() });
  if ('rejected' in depth) return depth;
  if (depth.levels > MAX_LEVELS) {
    return rejection('calendar-too-deep', `calendar ${calendar} is ${depth.levels} levels deep, with the calendars that it names; at most ${MAX_LEVELS} are accepted`);
  }
  if (depth.moves > MAX_MOVES) {
    return rejection('calendar-too-deep', `calendar ${calendar} moves days (shift, closed) ${depth.moves} times within each other, with the calendars that it names; at most ${MAX_MOVES} times are accepted`);
  }
  return undefined;
}

interface Survey {
  readonly rules: DayRules;
  readonly known: Map<string, Depth>;
}

function depthOfCalendar(calendar: string, path: readonly string[], survey: Survey): Depth | Rejection {
  const known = survey.known.get(calendar);
  if (known !== undefined) return known;
  const way = [...path, calendar];
  if (path.includes(calendar)) return rejection('calendar-cycle', `calendars name each other in a circle: ${way.slice(path.indexOf(calendar)).join(' → ')}`);
  const rule = survey.rules.get(calendar);
  if (rule === undefined) {
    return path.length === 0
      ? rejection('calendar-not-found', `there is no calendar ${calendar}`)
      : rejection('unknown-calendar', `calendar ${path.at(-1) ?? ''} names ${calendar}, and there is no such calendar in use; define it first`);
  }
  // A circle is found sooner; this is a chain that grew by definitions at the same moment.
  if (path.length > MAX_LEVELS) return rejection('calendar-too-deep', `calendars name each other more than ${MAX_LEVELS} deep: ${way.join(' → ')}`);
  const depth = depthOf(rule, way, survey);
  if (!('rejected' in depth)) survey.known.set(calendar, depth);
  return depth;
}

function depthOf(rule: DayRule, path: readonly string[], survey: Survey): Depth | Rejection {
  if ('calendar' in rule) {
    const named = depthOfCalendar(rule.calendar, path, survey);
    return 'rejected' in named ? named : { ...named, levels: named.levels + 1 };
  }
  let [levels, moves] = [0, 0];
  for (const part of partsOf(rule)) {
    const depth = depthOf(part, path, survey);
    if ('rejected' in depth) return depth;
    levels = Math.max(levels, depth.levels);
    moves = Math.max(moves, depth.moves);
  }
  return { levels: levels + 1, moves: moves + ('days' in rule ? 1 : 0) };
}
