import { InvalidAppendError } from '../event-store.errors.js';

/**
 * `JSON.stringify` that refuses what it would silently lose: a function, NaN, a Map. A property that is undefined counts as
 * absent, as everywhere in TypeScript.
 */
export function jsonText(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new InvalidAppendError(`${what} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  // After stringify, which has found the cycles: the walk below ends.
  const lost = text === undefined ? nameOf(value) : firstLost(value);
  if (text === undefined || lost !== undefined) throw new InvalidAppendError(`${what} is no JSON: it holds ${lost}`);
  return text;
}

function firstLost(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'object':
      return value === null ? undefined : firstLostWithin(value);
    default:
      return nameOf(value);
  }
}

function firstLostWithin(value: object): string | undefined {
  if ('toJSON' in value) return undefined;
  if (!Array.isArray(value) && Object.prototype.toString.call(value) !== '[object Object]') return nameOf(value);
  for (const inner of Object.values(value) as unknown[]) {
    const lost = inner === undefined && !Array.isArray(value) ? undefined : firstLost(inner);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function nameOf(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value) : `a value of type ${typeof value}`;
}
