import type { z } from 'zod';

/** A schema that the API's document shows once, by its name; everything else refers to it. */
export interface NamedSchema {
  readonly schema: z.ZodType;
  readonly description?: string | undefined;
  readonly example?: string | undefined;
}

/** By name. Filled as the files of the protocol are loaded. */
export const namedSchemas = new Map<string, NamedSchema>();

/** Gives a schema its name in the API's document. The schema stays what it was. */
export function named<Schema extends z.ZodType>(name: string, schema: Schema, description?: string, example?: string): Schema {
  if (namedSchemas.has(name)) throw new Error(`two schemas are called ${name}`);
  namedSchemas.set(name, { schema, description, example });
  return schema;
}
