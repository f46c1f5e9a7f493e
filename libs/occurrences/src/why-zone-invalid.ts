import type { ScheduleFault } from './schedule-fault.js';

/** What is wrong with the name of a time zone; with the nearest of those that the zone database of this Node knows. */
export function whyZoneInvalid(timeZone: string): ScheduleFault[] {
  if (isZone(timeZone)) return [];
  const names = nearest(timeZone);
  const hint = names.length === 0 ? 'write an IANA name, as Europe/Berlin, or UTC' : `did you mean ${names.join(' or ')}?`;
  const shown = JSON.stringify(timeZone.length > LONGEST_NAME ? `${timeZone.slice(0, LONGEST_NAME)}...` : timeZone);
  return [{ path: ['timeZone'], message: `timeZone: ${shown} is not known to the zone database of this server; ${hint}${hint.endsWith('?') ? '' : '.'}` }];
}

const LONGEST_NAME = 64;
const MAX_NAMES = 3;

/** An offset, as +02:00, is none: it knows no summer time, and whoever writes one mostly does not mean that. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    void new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function nearest(name: string): string[] {
  if (name === '' || name.length > LONGEST_NAME) return [];
  const word = name.toLowerCase().replace(/ /g, '_');
  const candidates = Intl.supportedValuesOf('timeZone').map((zone) => {
    const whole = zone.toLowerCase();
    const city = whole.slice(whole.lastIndexOf('/') + 1);
    return { zone, slips: Math.min(slips(word, whole), slips(word.slice(word.lastIndexOf('/') + 1), city) + (word.includes('/') ? 1 : 0)) };
  });
  const near = candidates.filter(({ slips }) => slips <= Math.max(1, Math.floor(word.length / 4)));
  return near.sort((one, other) => one.slips - other.slips).slice(0, MAX_NAMES).map(({ zone }) => zone);
}

/** Letters put in, left out or mistaken. */
function slips(from: string, to: string): number {
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const mistaken = (last[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      current.push(Math.min(mistaken, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    last = current;
  }
  return last.at(-1) ?? 0;
}
