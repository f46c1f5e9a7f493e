import { CronPattern } from 'croner';
import { cronFields, nextCronDay } from './times/cron.js';
import { dayOfDate } from './local-time.js';

const FIELDS = ['minute', 'hour', 'day of month', 'month', 'day of week'] as const;
const ACCEPTED = [
  '0 to 59', '0 to 23', '1 to 31, L (the last), LW (the last weekday) or 15W (the weekday nearest to the 15th)', '1 to 12 or JAN to DEC',
  '0 to 7 (0 and 7 are Sunday) or SUN to SAT, FRI#2 (the second Friday) or FRIL (the last Friday)',
] as const;

/** Whatever has more can be written shorter. */
const MAX_CHARACTERS = 500;

/** What is wrong with a cron expression: a sentence for each field, or one for the whole. */
export function whyCronInvalid(cron: string): string[] {
  if (cron.length > MAX_CHARACTERS) return [`cron has ${cron.length} characters; at most ${MAX_CHARACTERS} are accepted.`];
  const fields = cronFields(cron);
  if (cron.trim().startsWith('@')) return [`cron: ${JSON.stringify(cron)} is a nickname; write its five fields, as "0 0 * * *" for @daily.`];
  if (fields.length !== FIELDS.length) {
    return [`cron has ${cron.trim() === '' ? 0 : fields.length} fields; five are accepted: ${FIELDS.join(', ')}, as "30 2 * * *". There are none for seconds and years.`];
  }
  const faults = fields.flatMap((field, index) => whyFieldInvalid(field, index));
  if (faults.length > 0 || nextCronDay(cron, dayOfDate(SOME_DAY)) !== undefined) return faults;
  return [`cron: ${JSON.stringify(cron)} is never due: no ${FIELDS[3]} that it names has such a ${FIELDS[2]}.`];
}

/** Dates and weekdays repeat every 400 years, and croner looks up to the year 10,000, so it does not matter which: what is never due after it never is. */
const SOME_DAY = '2000-01-01';

function whyFieldInvalid(field: string, index: number): string[] {
  const asked = FIELDS.map((_, each) => (each === index ? field : '*')).join(' ');
  const complaint = foreignSign(field, index) ?? complaintOf(asked);
  return complaint === undefined ? [] : [`cron, ${FIELDS[index]}: ${JSON.stringify(field)} is not accepted (${complaint}); write *, numbers, lists, ranges and steps of ${ACCEPTED[index]}.`];
}

/** What croner takes and crontab does not know. */
function foreignSign(field: string, index: number): string | undefined {
  if (field.includes('+')) return 'there is no +; use a calendar where both days have to fit';
  return field.includes('?') && index !== 2 && index !== 4 ? '? stands for a day only' : undefined;
}

function complaintOf(cron: string): string | undefined {
  try {
    void new CronPattern(cron, undefined, { mode: '5-part' });
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: (Syntax error, )?/, '').replace(/\.$/, '');
  }
}
