import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { describe, textOf } from '../../jobnet/definition/document.js';
import { type Fault, type FaultList, faultList, type Path, quote } from '../../jobnet/definition/faults.js';
import { readMapping } from '../../jobnet/definition/read-mapping.js';
import { readId } from '../../jobnet/definition/read-text.js';
import { readVariables } from '../../jobnet/definition/read-variables.js';
import { readDuration } from './read-duration.js';
import { readRule } from './read-rule.js';

const RULE = {
  what: 'The schedule',
  accepted: ['schedule', 'jobnet', 'cron', 'at', 'every', 'from', 'until', 'once', 'timeZone', 'calendar', 'closed', 'shift', 'gap', 'fold', 'misfire', 'within', 'overlap', 'parameters'],
  elsewhere: { keys: ['jobs', 'command', 'task', 'agent'], where: 'to a jobnet' },
};

const MAX_JOBNETS = 100;
const MAX_SHIFT = 366;

/** What only the zone database and a reader of cron expressions know. */
export interface TimeKnowledge {
  readonly whyInvalid: (rule: ScheduleRule, timeZone: string) => readonly { readonly path: Path; readonly message: string }[];
  readonly whyParametersInvalid: (parameters: Readonly<Record<string, string>>) => readonly { readonly path: Path; readonly message: string }[];
  readonly defaultFold: (rule: ScheduleRule) => ScheduleDefinition['fold'];
}

export type ScheduleReading = { readonly definition: ScheduleDefinition } | { readonly faults: readonly Fault[] };

/**
 * Reads a parsed document (plain JSON values, or Maps) as a schedule. Answers the definition with every default filled in, or every fault of it.
 * Whether its jobnets and its calendar exist is asked when it is defined.
 */
export function checkSchedule(document: unknown, time: TimeKnowledge): ScheduleReading {
  const faults = faultList();
  const entries = readMapping(document, [], RULE, faults);
  if (entries === undefined) return { faults: faults.all };
  const rule = readRule(entries, faults);
  const timeZone = readTimeZone(entries.get('timeZone'), faults);
  const definition = {
    schedule: readName(entries, faults), jobnets: readJobnets(entries, faults), timeZone,
    ...(entries.has('calendar') ? { calendar: readId(entries.get('calendar'), ['calendar'], 'The calendar', faults) ?? '' } : {}),
    closed: readWord(entries, 'closed', ['skip', 'next', 'previous'], 'skip', faults), shift: readShift(entries, faults),
    gap: readWord(entries, 'gap', ['run', 'skip'], 'run', faults),
    misfire: readWord(entries, 'misfire', ['runAll', 'runLatest', 'skip', 'ask'], 'runLatest', faults),
    ...(entries.has('within') ? { within: readDuration(entries.get('within'), ['within'], faults) ?? 1 } : {}),
    overlap: readWord(entries, 'overlap', ['allow', 'skip', 'queue', 'replace'], 'allow', faults),
    parameters: readVariables(entries.get('parameters'), ['parameters'], 'parameters of the schedule', faults),
  } as const;
  needCalendar(entries, faults);
  for (const { path, message } of time.whyParametersInvalid(definition.parameters)) faults.addAtValue(path, 'bad-value', message);
  // Words about a rule or a zone that could not be read at all were said already.
  if (rule !== undefined) for (const { path, message } of time.whyInvalid(rule, timeZone)) faults.addAtValue(path, 'bad-value', message);
  const fold = readWord(entries, 'fold', ['first', 'last', 'both'], rule === undefined ? 'first' : time.defaultFold(rule), faults);
  return faults.all.length > 0 || rule === undefined ? { faults: faults.all } : { definition: { ...definition, rule, fold } };
}

function readName(entries: ReadonlyMap<string, unknown>, faults: FaultList): string {
  if (entries.has('schedule')) return readId(entries.get('schedule'), ['schedule'], 'The name of the schedule', faults) ?? '';
  faults.addAtKey([], 'missing-key', 'The schedule has no name; write schedule: and its id.');
  return '';
}

function readJobnets(entries: ReadonlyMap<string, unknown>, faults: FaultList): string[] {
  const value = entries.get('jobnet');
  if (!entries.has('jobnet')) {
    faults.addAtKey([], 'missing-key', 'The schedule starts nothing; write jobnet: and the id of one, or a list.');
    return [];
  }
  if (!Array.isArray(value)) return [readId(value, ['jobnet'], 'jobnet', faults) ?? ''];
  if (value.length === 0 || value.length > MAX_JOBNETS) faults.addAtValue(['jobnet'], 'bad-value', `jobnet names ${value.length} jobnets; 1 to ${MAX_JOBNETS} are accepted.`);
  const ids = value.map((each: unknown, index) => readId(each, ['jobnet', index], 'jobnet', faults) ?? '');
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) faults.addAtValue(['jobnet', index], 'bad-value', `jobnet names ${quote(id)} more than once; once is enough.`);
  });
  return ids;
}

function readTimeZone(value: unknown, faults: FaultList): string {
  if (value === undefined) return 'UTC';
  const text = textOf(value);
  if (text !== undefined) return text;
  faults.addAtValue(['timeZone'], 'wrong-type', `timeZone must be the IANA name of a zone, as Europe/Berlin; found ${describe(value)}.`);
  return 'UTC';
}

function readWord<Word extends string>(entries: ReadonlyMap<string, unknown>, key: string, words: readonly Word[], usual: Word, faults: FaultList): Word {
  const value = entries.get(key);
  if (value === undefined) return usual;
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  const found = typeof value === 'string' ? quote(value) : describe(value);
  const hint = faults.didYouMean(textOf(value) ?? '', words);
  faults.addAtValue([key], 'bad-value', `${key} cannot be ${found}${hint || '.'} Accepted: ${words.join(', ')} (without it ${usual}).`);
  return usual;
}

function readShift(entries: ReadonlyMap<string, unknown>, faults: FaultList): number {
  const text = entries.has('shift') ? textOf(entries.get('shift')) : '0';
  const number = Number(text);
  if (text !== undefined && text !== '' && Number.isInteger(number) && Math.abs(number) <= MAX_SHIFT) return number;
  faults.addAtValue(['shift'], 'bad-value', `shift is a whole number of operating days from -${MAX_SHIFT} to ${MAX_SHIFT}; found ${describe(entries.get('shift'))}.`);
  return 0;
}

/** Without a calendar every day is open, and these would silently do nothing. */
function needCalendar(entries: ReadonlyMap<string, unknown>, faults: FaultList): void {
  for (const key of ['closed', 'shift']) {
    if (entries.has(key) && !entries.has('calendar')) faults.addAtKey([key], 'missing-key', `${key} counts operating days, and the schedule names no calendar; write calendar: and its id.`);
  }
}
