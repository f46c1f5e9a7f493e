import { instantOf } from '../arguments/instant-argument.js';

/** An instant as the clocks of a zone show it. */
export type ZoneTime = (instant: string, timeZone: string) => string;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Loads the zone database's reader, which the other commands do not need. */
export async function zoneTimes(): Promise<ZoneTime> {
  const [{ zoneOf }, { writeLocal }] = await Promise.all([import('#occurrences/times/zone'), import('#occurrences/local-time')]);
  return (instant, timeZone) => {
    try {
      const local = zoneOf(timeZone).localAt(Date.parse(instant));
      return `${DAYS[new Date(local).getUTCDay()]} ${writeLocal(local).replace('T', ' ')} ${timeZone}`;
    } catch {
      // The server's zone database has a zone that this one has not.
      return `${instant} (${timeZone})`;
    }
  };
}

/**
 * An instant as `instantOf` reads it, but a date, or a date and time without a zone, is meant on the clocks of the schedule. One that they
 * pass over is the first moment after it; of two it is the first.
 */
export async function zonedInstant(flag: string, text: string | undefined, nowMs: number, zoneOfSchedule: () => Promise<string>): Promise<string | undefined> {
  const instant = instantOf(flag, text, nowMs);
  const [, date, time = '00:00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/.exec(text ?? '') ?? [];
  if (date === undefined) return instant;
  const { zoneOf } = await import('#occurrences/times/zone');
  const { instants: [first], jump } = zoneOf(await zoneOfSchedule()).read(Date.parse(`${date}T${time}Z`));
  return new Date(first ?? jump ?? Number.NaN).toISOString();
}
