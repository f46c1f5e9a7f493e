const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An instant as people here read it: local time, and the date unless it is today. What is no instant stays as it is. */
export function localTime(instant: string | undefined, nowMs: number): string {
  if (instant === undefined) return '';
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
  return localDate(at) === localDate(new Date(nowMs)) ? time : `${localDate(at)} ${time}`;
}

function localDate(at: Date): string {
  return [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join('-');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A measured duration: `0.4 s`, `42 s`, `3 min 5 s`, `5 h 3 min`, `3 d 4 h`. Below zero (two clocks) counts as none. */
export function durationWords(ms: number): string {
  if (!(ms > 0)) return '0 s';
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

/** How long ago, for somebody who glances at it: whole seconds, then whole minutes. */
export function ageWords(ms: number): string {
  if (!(ms > 0)) return '0 s';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return durationWords(ms);
}

function twoUnits(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** From one instant to another, or until now; empty when it has not begun. */
export function between(from: string | undefined, until: string | undefined, nowMs: number): string {
  if (from === undefined) return '';
  const ms = (until === undefined ? nowMs : Date.parse(until)) - Date.parse(from);
  return Number.isNaN(ms) ? '' : durationWords(ms);
}
