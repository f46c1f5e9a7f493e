import { describe, textOf } from '../../jobnet/definition/document.js';
import { type FaultList, type Path, quote } from '../../jobnet/definition/faults.js';

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };
const LONGEST_SECONDS = 366 * 86_400;
/** Several parts, each with its unit: `1h30m`. */
const PARTS = /^(?:\d+[smhd])+$|^\d+$/;

/** A duration in seconds, from `15m`, `6h`, `1h30m`, `90s`, `2d` or a number of seconds; undefined, with a fault, for anything else. */
export function readDuration(value: unknown, path: Path, faults: FaultList): number | undefined {
  const text = textOf(value);
  const key = String(path.at(-1));
  if (text === undefined || !PARTS.test(text)) {
    faults.addAtValue(path, 'bad-value', `${key} cannot be ${text === undefined ? describe(value) : quote(text)}. Accepted: a duration as 15m, 6h, 1h30m, 90s or 2d, or a number of seconds.`);
    return undefined;
  }
  const seconds = [...text.matchAll(/(\d+)([smhd]?)/g)].reduce((sum, [, number, unit = '']) => sum + Number(number) * (SECONDS[unit] ?? 1), 0);
  if (seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  faults.addAtValue(path, 'bad-value', `${key} cannot be ${quote(text)}. Accepted: from one second to 366 days.`);
  return undefined;
}
