import type { DayRule } from '#events/planning/calendar-definition';
import { describe, entriesOf, integerOf, textOf } from '../../jobnet/definition/document.js';
import { type FaultList, type Path, quote } from '../../jobnet/definition/faults.js';
import { readId } from '../../jobnet/definition/read-text.js';
import { readDates, readWeekday, readWeekdays, readYearly, ruleOfText } from './read-day-words.js';

/** What may stand in a rule beside its first key. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = { nth: ['weekday'], shift: ['days', 'over'], closed: ['days', 'over'] };

interface Reader {
  readonly faults: FaultList;
  readonly levelsLeft: number;
}

type ReadKey = (entries: ReadonlyMap<string, unknown>, path: Path, reader: Reader) => DayRule | undefined;

/** Every kind of rule by the key that it is known by, the short forms behind those that are stored. */
const KINDS: Readonly<Record<string, ReadKey>> = {
  every: (entries, path, { faults }) => {
    if (textOf(entries.get('every')) === 'day') return { every: 'day' };
    faults.addAtValue([...path, 'every'], 'bad-value', 'every takes the word day and nothing else; write every: day.');
    return undefined;
  },
  weekdays: (entries, path, { faults }) => readWeekdays(entries.get('weekdays'), [...path, 'weekdays'], faults),
  nth: (entries, path, { faults }) => {
    const nth = readNumber(entries.get('nth'), [...path, 'nth'], 'nth', 5, faults);
    return nth === undefined ? undefined : onWeekday(nth, entries.get('weekday'), [...path, 'weekday'], faults);
  },
  dayOfMonth: (entries, path, reader) => eachOf(entries, 'dayOfMonth', path, reader, (number) => number, -31),
  dates: (entries, path, { faults }) => readDates(entries.get('dates'), [...path, 'dates'], faults),
  yearly: (entries, path, { faults }) => readYearly(entries.get('yearly'), [...path, 'yearly'], faults),
  calendar: (entries, path, { faults }) => {
    const calendar = readId(entries.get('calendar'), [...path, 'calendar'], 'The calendar that is named', faults);
    return calendar === undefined ? undefined : { calendar };
  },
  and: (entries, path, reader) => { const and = readAll(entries.get('and'), [...path, 'and'], reader); return and === undefined ? undefined : { and }; },
  or: (entries, path, reader) => { const or = readAll(entries.get('or'), [...path, 'or'], reader); return or === undefined ? undefined : { or }; },
  not: (entries, path, reader) => { const not = read(entries.get('not'), [...path, 'not'], reader); return not === undefined ? undefined : { not }; },
  shift: (entries, path, reader) => {
    const shift = integerOf(entries.get('shift'));
    if (shift === undefined || Math.abs(shift) > 366) reader.faults.addAtValue([...path, 'shift'], 'bad-value', `shift takes a whole number of operating days from -366 to 366; found ${found(entries.get('shift'))}.`);
    const moved = readMoved(entries, path, reader);
    return moved === undefined || shift === undefined ? undefined : { shift, ...moved };
  },
  closed: (entries, path, reader) => {
    const closed = (['skip', 'next', 'previous'] as const).find((each) => each === textOf(entries.get('closed')));
    if (closed === undefined) reader.faults.addAtValue([...path, 'closed'], 'bad-value', `closed cannot be ${found(entries.get('closed'))}. Accepted: skip, next or previous.`);
    const moved = readMoved(entries, path, reader);
    return moved === undefined || closed === undefined ? undefined : { closed, ...moved };
  },
  monthStart: (entries, path, reader) => eachOf(entries, 'monthStart', path, reader, (number) => number, 1),
  monthEnd: (entries, path, reader) => eachOf(entries, 'monthEnd', path, reader, (number) => -number, 1),
  ...Object.fromEntries(Object.entries({ first: 1, second: 2, third: 3, fourth: 4, last: -1 }).map(([word, nth]): [string, ReadKey] => (
    [word, (entries, path, { faults }) => onWeekday(nth, entries.get(word), [...path, word], faults)]
  ))),
};

const ACCEPTED = Object.keys(KINDS).join(', ');

/** Which days: a word, a list of rules (any of them) or a mapping with one of the kinds. Undefined, with a fault, when it cannot be read. */
export function readDays(value: unknown, path: Path, faults: FaultList, levels: number): DayRule | undefined {
  return read(value, path, { faults, levelsLeft: levels });
}

function read(value: unknown, path: Path, { faults, levelsLeft }: Reader): DayRule | undefined {
  if (levelsLeft === 0) {
    faults.addAtValue(path, 'too-deep', 'Rules are nested more than 32 deep here; give a part of it a name, as a calendar of its own.');
    return undefined;
  }
  const under = { faults, levelsLeft: levelsLeft - 1 };
  if (Array.isArray(value)) {
    const or = readAll(value, path, under);
    return or === undefined ? undefined : { or };
  }
  const entries = entriesOf(value);
  if (entries !== undefined) return readMapped(entries, path, under);
  const text = textOf(value);
  if (text !== undefined) return ruleOfText(text, path, faults);
  faults.addAtValue(path, 'wrong-type', `Days are a word (mon-fri, 2026-12-24), a list, or a mapping with one of ${ACCEPTED}; found ${describe(value)}.`);
  return undefined;
}

function readMapped(entries: ReadonlyMap<string, unknown>, path: Path, reader: Reader): DayRule | undefined {
  const { faults } = reader;
  const kinds = [...entries.keys()].filter((key) => Object.hasOwn(KINDS, key));
  const [kind] = kinds;
  const companions = kind === undefined ? [] : (COMPANIONS[kind] ?? []);
  for (const key of entries.keys()) {
    if (key === kind || companions.includes(key)) continue;
    if (kinds.includes(key)) faults.addAtKey([...path, key], 'two-rules', `${key} stands beside ${kind}; a rule is one of them. Write - before each (any of them), or put them under and:.`);
    else faults.addAtKey([...path, key], 'unknown-key', `A rule has the unknown key ${quote(key)}${faults.didYouMean(key, Object.keys(KINDS)) || '.'} Accepted: ${ACCEPTED}.`);
  }
  const missing = companions.filter((key) => !entries.has(key));
  if (missing.length > 0) faults.addAtKey(path, 'missing-key', `${kind} also needs ${missing.join(' and ')} beside it.`);
  if (kind === undefined && entries.size === 0) faults.addAtValue(path, 'wrong-type', `A rule is empty; it is one of ${ACCEPTED}.`);
  return kind === undefined ? undefined : KINDS[kind]?.(entries, path, reader);
}

function readAll(value: unknown, path: Path, reader: Reader): DayRule[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    reader.faults.addAtValue(path, 'wrong-type', `A list of rules is wanted here, with at least one; found ${Array.isArray(value) ? 'an empty list' : describe(value)}.`);
    return undefined;
  }
  const rules = value.flatMap((each: unknown, index) => read(each, [...path, index], reader) ?? []);
  return rules.length === value.length ? rules : undefined;
}

function readMoved(entries: ReadonlyMap<string, unknown>, path: Path, reader: Reader): { days: DayRule; over: DayRule } | undefined {
  // What is missing was said already.
  const part = (key: string) => (entries.has(key) ? read(entries.get(key), [...path, key], reader) : undefined);
  const [days, over] = [part('days'), part('over')];
  return days === undefined || over === undefined ? undefined : { days, over };
}

/** One number or several, of which any counts. */
function eachOf(entries: ReadonlyMap<string, unknown>, key: string, path: Path, { faults }: Reader, dayOfMonth: (number: number) => number, least: number): DayRule | undefined {
  const value = entries.get(key);
  const one = (each: unknown, at: Path) => readNumber(each, at, key, 31, faults, least);
  if (!Array.isArray(value)) {
    const number = one(value, [...path, key]);
    return number === undefined ? undefined : { dayOfMonth: dayOfMonth(number) };
  }
  const numbers = value.flatMap((each: unknown, index) => one(each, [...path, key, index]) ?? []);
  if (value.length === 0) faults.addAtValue([...path, key], 'wrong-type', `${key} is an empty list; name at least one day.`);
  return numbers.length === 0 ? undefined : { or: numbers.map((number) => ({ dayOfMonth: dayOfMonth(number) })) };
}

function readNumber(value: unknown, path: Path, what: string, most: number, faults: FaultList, least = -most): number | undefined {
  const number = integerOf(value);
  if (number !== undefined && number !== 0 && number >= least && number <= most) return number;
  const range = least > 0 ? `from ${least} to ${most}` : `from 1 to ${most}, or from -1 to ${least} counted from the end`;
  faults.addAtValue(path, 'bad-value', `${what} takes a whole number ${range}; found ${found(value)}.`);
  return undefined;
}

function onWeekday(nth: number, value: unknown, path: Path, faults: FaultList): DayRule | undefined {
  if (value === undefined) return undefined;
  const weekday = readWeekday(value, path, faults);
  return weekday === undefined ? undefined : { nth, weekday };
}

function found(value: unknown): string {
  return typeof value === 'string' ? quote(value) : describe(value);
}
