import type { ScheduleRule } from '#events/planning/schedule-definition';
import { describe, textOf } from '../../jobnet/definition/document.js';
import type { FaultList } from '../../jobnet/definition/faults.js';
import { readDuration } from './read-duration.js';

const KINDS = ['cron', 'at', 'every', 'once'] as const;
type Kind = (typeof KINDS)[number];

/** When it is due: exactly one of the four kinds. Whether times and expressions make sense is asked of who knows. */
export function readRule(entries: ReadonlyMap<string, unknown>, faults: FaultList): ScheduleRule | undefined {
  const kinds = KINDS.filter((kind) => entries.has(kind));
  const [kind, another] = kinds;
  if (kind === undefined) {
    faults.addAtKey([], 'missing-key', 'The schedule is never due; write one of cron: "30 2 * * *", at: ["26:30"], every: 15m or once: 2026-12-01T09:00.');
    return undefined;
  }
  if (another !== undefined) {
    faults.addAtKey([another], 'too-many-rules', `The schedule has ${kinds.join(' and ')}; exactly one of ${KINDS.join(', ')} says when it is due. Divide it into several schedules.`);
    return undefined;
  }
  if (kind !== 'every') {
    for (const key of ['from', 'until']) if (entries.has(key)) faults.addAtKey([key], 'unknown-key', `${key} belongs to every:, and the schedule has ${kind}.`);
  }
  return ruleOf(kind, entries, faults);
}

function ruleOf(kind: Kind, entries: ReadonlyMap<string, unknown>, faults: FaultList): ScheduleRule | undefined {
  switch (kind) {
    case 'cron': {
      const cron = textOf(entries.get('cron'));
      if (cron === undefined) faults.addAtValue(['cron'], 'wrong-type', `cron must be an expression of five fields as text, as "30 2 * * *"; found ${describe(entries.get('cron'))}.`);
      return cron === undefined ? undefined : { kind, cron };
    }
    case 'at': {
      const at = readTimes(kind, entries, faults);
      return at && { kind, at };
    }
    case 'once': {
      const once = readTimes(kind, entries, faults);
      return once && { kind, once };
    }
    case 'every': {
      const seconds = readDuration(entries.get('every'), ['every'], faults);
      const [from, until] = [readTime('from', '00:00', entries, faults), readTime('until', '24:00', entries, faults)];
      return seconds === undefined || from === undefined || until === undefined ? undefined : { kind, seconds, from, until };
    }
  }
}

function readTimes(key: 'at' | 'once', entries: ReadonlyMap<string, unknown>, faults: FaultList): string[] | undefined {
  const value = entries.get(key);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map(textOf);
  if (texts.every((text) => text !== undefined)) return texts;
  faults.addAtValue([key], 'wrong-type', `${key} must be a time or a list of them, as text; found ${describe(list[texts.indexOf(undefined)])}.`);
  return undefined;
}

function readTime(key: 'from' | 'until', usual: string, entries: ReadonlyMap<string, unknown>, faults: FaultList): string | undefined {
  if (!entries.has(key)) return usual;
  const text = textOf(entries.get(key));
  if (text === undefined) faults.addAtValue([key], 'wrong-type', `${key} must be a time of the day as text, as "08:00"; found ${describe(entries.get(key))}.`);
  return text;
}
