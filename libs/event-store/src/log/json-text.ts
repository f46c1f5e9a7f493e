import { InvalidAppendError } from '../event-store.errors.js';

/** What is learned on the way: whether the text, read again, gives what was there (an undefined property counts as absent). */
export interface Walk {
  isVerbatim: boolean;
}

/**
 * `JSON.stringify` that refuses what it would silently lose: a function, NaN, a Map. A property that is undefined counts as
 * absent, as everywhere in TypeScript. What it has seen is frozen: readers in this process may be given these very objects.
 */
export function jsonText(value: unknown, what: string, walk: Walk): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new InvalidAppendError(`${what} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  // After stringify, which has found the cycles: the walk below ends.
  const lost = text === undefined ? nameOf(value) : firstLost(value, walk);
  if (text === undefined || lost !== undefined) throw new InvalidAppendError(`${what} is no JSON: it holds ${lost}`);
  return text;
}

function firstLost(value: unknown, walk: Walk): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'object':
      return value === null ? undefined : firstLostWithin(value, walk);
    default:
      return nameOf(value);
  }
}

function firstLostWithin(value: object, walk: Walk): string | undefined {
  if ('toJSON' in value) {
    walk.isVerbatim = false;
    return undefined;
  }
  if (!Array.isArray(value) && Object.prototype.toString.call(value) !== '[object Object]') return nameOf(value);
  for (const inner of Object.values(value) as unknown[]) {
    const lost = inner === undefined && !Array.isArray(value) ? undefined : firstLost(inner, walk);
    if (lost !== undefined) return lost;
  }
  Object.freeze(value);
  return undefined;
}

function nameOf(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value) : `a value of type ${typeof value}`;
}
