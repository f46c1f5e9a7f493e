import { WrongUsage } from '../client/cli-failure.js';

const UNIT_MS: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant as people write it: ISO 8601, local date and time, local time of today, or so long ago (`90min`, `2h`, `3d`). */
export function instantOf(flag: string, text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const ms = agoMs(text, nowMs) ?? writtenMs(text, nowMs);
  if (ms === undefined || Number.isNaN(ms)) {
    throw new WrongUsage(`${flag} takes a time such as 2026-11-22T20:00:00Z, "2026-11-22 20:00", 20:00, 90min, 2h or 3d, not "${text}"`);
  }
  return new Date(ms).toISOString();
}

function agoMs(text: string, nowMs: number): number | undefined {
  const match = /^(\d{1,9})\s?(s|min|h|d)$/.exec(text);
  return match === null ? undefined : nowMs - Number(match[1]) * UNIT_MS[match[2]!]!;
}

/** The forms are checked by hand, because `Date.parse` guesses: it takes "3" for a year. */
function writtenMs(text: string, nowMs: number): number | undefined {
  const match = /^(?:(\d{4}-\d{2}-\d{2})(?:[T ](?=\d)|$))?(?:(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match === null || (match[1] === undefined && match[2] === undefined)) return undefined;
  const [, date = localDateOf(nowMs), time = '00:00', zone = ''] = match;
  const ms = Date.parse(`${date}T${time}${zone}`);
  return isRealDate(date) ? ms : undefined;
}

/** `Date.parse` rolls 30 February over into March. */
function isRealDate(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;
}

function localDateOf(nowMs: number): string {
  const now = new Date(nowMs);
  return [now.getFullYear(), String(now.getMonth() + 1).padStart(2, '0'), String(now.getDate()).padStart(2, '0')].join('-');
}
