/** Whether two definitions say the same; the order of keys, as in `env`, means nothing, that of jobs and lists does. */
export function sameDefinition<Definition extends object>(one: Definition, other: Definition): boolean {
  return canonical(one) === canonical(other);
}

function canonical(definition: object): string {
  return JSON.stringify(definition, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
