import type { JobnetDefinition } from '#events/definition';

/** Whether two definitions say the same; the order of keys, as in `env`, means nothing, that of jobs and lists does. */
export function sameDefinition(one: JobnetDefinition, other: JobnetDefinition): boolean {
  return canonical(one) === canonical(other);
}

function canonical(definition: JobnetDefinition): string {
  return JSON.stringify(definition, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
