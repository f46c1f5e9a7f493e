import { z } from 'zod';
import { namedSchemas } from '#protocol/named';

/** A part of a JSON document. */
export type Json = { [key: string]: unknown };

const COMPONENTS = '#/components/schemas/';

/**
 * zod's schemas as JSON schemas (2020-12). Named ones are told once and referred to, whatever stands around them.
 *
 * All are told as what comes in: a default may be left out, a text is shown before it is taken apart. Answers have neither defaults nor
 * transforms that do more than brand, so they look the same from both sides; the test that drives every route would show it if not.
 */
export class JsonSchemas {
  private readonly told: Readonly<Record<string, Json>>;
  private readonly keys = new Map<z.ZodType, string>();

  /** @param wanted every schema that will be asked for */
  constructor(wanted: Iterable<z.ZodType>) {
    for (const [name, { schema }] of namedSchemas) this.keys.set(schema, name);
    for (const schema of wanted) if (!this.keys.has(schema)) this.keys.set(schema, `unnamed ${this.keys.size}`);
    const registry = z.registry<{ id: string }>();
    for (const [schema, id] of this.keys) registry.add(schema, { id });
    const { schemas } = z.toJSONSchema(registry, {
      target: 'draft-2020-12', io: 'input', uri: (id) => `${COMPONENTS}${id}`, override: ({ jsonSchema }) => { tidy(jsonSchema); },
      // A field that must not be there, beside others of a union.
      unrepresentable: ({ zodSchema }) => (zodSchema._zod.def.type === 'undefined' ? { not: {} } : 'throw'),
    });
    this.told = Object.fromEntries(Object.entries(schemas).map(([key, { $schema: _, $id: __, ...json }]) => [key, json]));
  }

  of(schema: z.ZodType): Json {
    const key = this.keys.get(schema) ?? '';
    return namedSchemas.has(key) ? { $ref: `${COMPONENTS}${key}` } : this.toldAs(key);
  }

  /** The named schemas that a document refers to, those that they refer to included. */
  referredBy(document: Json): Json {
    const found = new Map<string, Json>();
    const follow = (part: Json) => {
      for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
        if (found.has(name)) continue;
        const { description, example } = namedSchemas.get(name) ?? {};
        const schema = { ...(description === undefined ? {} : { description }), ...this.toldAs(name), ...(example === undefined ? {} : { examples: [example] }) };
        found.set(name, schema);
        follow(schema);
      }
    };
    follow(document);
    return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  private toldAs(key: string): Json {
    const json = this.told[key];
    if (json === undefined) throw new Error(`the document needs a schema that nobody announced: ${key}`);
    return json;
  }
}

/** What helps a machine only: the calendar as a regular expression, and the limits of a double. */
function tidy(schema: Json): void {
  if (schema['format'] === 'date-time') delete schema['pattern'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
}
