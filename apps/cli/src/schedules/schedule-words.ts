import type { ScheduleView } from '#protocol/schedules';
import { visible } from '../output/plain-text.js';

type Definition = ScheduleView['definition'];

const UNITS = [['d', 86_400], ['h', 3_600], ['m', 60], ['s', 1]] as const;

const GAP: Readonly<Record<string, string>> = { run: 'started at the first moment after it', skip: 'left out' };
const FOLD: Readonly<Record<string, string>> = { first: 'the first time', last: 'the second time', both: 'both times' };
const CLOSED: Readonly<Record<string, string>> = { skip: 'left out', next: 'moved to the next open day', previous: 'moved to the open day before' };
const MISFIRE: Readonly<Record<string, string>> = {
  runAll: 'all are started', runLatest: 'only the latest is started', skip: 'none is started', ask: 'an operator is asked about each',
};
const OVERLAP: Readonly<Record<string, string>> = {
  allow: 'another run is started beside it', skip: 'it is left out', queue: 'it waits until that is over', replace: 'that is stopped, and it comes after it',
};

/** `cron 30 2 * * *`, `every 15m from 08:00 until 18:00` */
export function ruleWords({ rule }: Definition): string {
  switch (rule.kind) {
    case 'cron': return `cron ${rule.cron}`;
    case 'at': return `at ${rule.at.join(', ')}`;
    case 'every': return `every ${secondsWords(rule.seconds)} from ${rule.from} until ${rule.until}`;
    case 'once': return rule.once.length > 3 ? `once ${rule.once.slice(0, 2).join(', ')}, and ${rule.once.length - 2} more` : `once ${rule.once.join(', ')}`;
  }
}

/** What a schedule says, a line each. */
export function definitionLines(definition: Definition): string[] {
  const { jobnets, timeZone, calendar, closed, shift, gap, fold, misfire, within, overlap, parameters } = definition;
  const moved = shift === 0 ? '' : `, then moved by ${shift > 0 ? '+' : ''}${shift} operating day${Math.abs(shift) === 1 ? '' : 's'}`;
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join(' ');
  return [
    `starts ${jobnets.join(', ')}: ${ruleWords(definition)}, ${timeZone}`,
    ...(calendar === undefined ? [] : [`calendar ${calendar}: a closed day is ${said(CLOSED, closed)}${moved}`]),
    `misfire ${misfire}: of missed starts ${said(MISFIRE, misfire)}${within === undefined ? '' : `; more than ${secondsWords(within)} late is left out`}`,
    `overlap ${overlap}: while a run of the jobnet is open, ${said(OVERLAP, overlap)}`,
    `gap ${gap}, fold ${fold}: a local time that the clocks pass over is ${said(GAP, gap)}; one that comes twice is started ${said(FOLD, fold)}`,
    ...(given === '' ? [] : [`parameters ${given}`]),
  ].map(visible);
}

/** `1h30m` */
function secondsWords(seconds: number): string {
  let rest = seconds;
  return UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  }).join('');
}

/** A word that is not known here stands as it is. */
function said(words: Readonly<Record<string, string>>, word: string): string {
  return words[word] ?? word;
}
