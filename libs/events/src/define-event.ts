import type { z } from 'zod';

/**
 * One event type of the storage contract. `version` is the schema version that is written today; older ones are brought up to
 * it by `upcast.ts`. `says` is one sentence for people: it becomes the row in `docs/events.md`.
 */
export interface EventDefinition<Type extends string = string, Data extends z.ZodType = z.ZodType> {
  readonly type: Type;
  readonly version: number;
  readonly says: string;
  readonly data: Data;
}

export function defineEvent<Type extends string, Data extends z.ZodType>(
  type: Type,
  version: number,
  says: string,
  data: Data,
): EventDefinition<Type, Data> {
  return { type, version, says, data };
}

/** The event that a definition describes: `{ type, data }`. */
export type EventOf<Definition> = Definition extends EventDefinition<infer Type, infer Data>
  ? { readonly type: Type; readonly data: z.infer<Data> }
  : never;
