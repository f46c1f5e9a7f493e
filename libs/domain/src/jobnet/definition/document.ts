const source = Symbol('source');

/** A number or boolean that still knows how the author wrote it: `01`, `1.10` and `True` mean themselves as text. */
interface WrittenScalar {
  readonly [source]: string;
  readonly value: number | bigint | boolean;
}

/** Marks a value of a text format with its source, for a document that goes to `checkDefinition`. */
export function written(value: WrittenScalar['value'], text: string): WrittenScalar {
  return { [source]: text, value };
}

function isWritten(value: unknown): value is WrittenScalar {
  return typeof value === 'object' && value !== null && source in value;
}

/** The entries of a mapping in their order, be it a Map or a plain object; undefined for anything else. */
export function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return new Map(Array.from(value as Map<unknown, unknown>, ([key, under]) => [String(key), under]));
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isWritten(value)) return undefined;
  return new Map(Object.entries(value));
}

/** Text as it is, numbers and booleans as they were written; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (isWritten(value)) return value[source];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function integerOf(value: unknown): number | undefined {
  const bare = isWritten(value) ? value.value : value;
  return typeof bare === 'number' && Number.isSafeInteger(bare) ? bare : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const bare = isWritten(value) ? value.value : value;
  return typeof bare === 'number' && Number.isFinite(bare) ? bare : undefined;
}

/** What a value is, in words for a message: "found a list". */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  const bare = isWritten(value) ? value.value : value;
  switch (typeof bare) {
    case 'string': return 'text';
    case 'number': case 'bigint': return `the number ${textOf(value) ?? String(bare)}`;
    case 'boolean': return `the word ${textOf(value) ?? String(bare)}`;
    default: return 'a mapping';
  }
}
