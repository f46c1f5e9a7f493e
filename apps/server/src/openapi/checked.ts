import { Body, type PipeTransform, Query } from '@nestjs/common';
import type { z } from 'zod';
import { validate } from '../http/validate.js';

/** What a handler takes from outside, by the schemas that check it. */
export interface CheckedInput {
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
}

const CHECKED = Symbol('checked input');

/** The parameter of the handler takes what the schema gives, or this does not compile. */
type CheckedParameter<Schema extends z.ZodType> = <Target extends object, Key extends keyof Target & string, Index extends number>(
  target: Target, key: Key, index: Index & Takes<Target[Key], Index, z.output<Schema>>,
) => void;

type Takes<Handler, Index extends number, Value> = Handler extends (...parameters: infer Parameters) => unknown ? (Value extends Parameters[Index] ? unknown : never) : never;

/** The body, checked by a schema. The document shows the same one, so that the two cannot differ. */
export function CheckedBody<Schema extends z.ZodType>(schema: Schema, what = 'body'): CheckedParameter<Schema> {
  return (target, key, index) => {
    remember(target, key, { body: schema });
    Body(checkedBy(schema, what))(target, key, index);
  };
}

/** As `CheckedBody`, for the whole query. */
export function CheckedQuery<Schema extends z.ZodObject>(schema: Schema): CheckedParameter<Schema> {
  return (target, key, index) => {
    remember(target, key, { query: schema });
    Query(checkedBy(schema, 'query'))(target, key, index);
  };
}

/** What the handler of a controller's prototype has checked. */
export function checkedInputOf(prototype: object, handler: string): CheckedInput {
  return (Reflect.getMetadata(CHECKED, prototype, handler) as CheckedInput | undefined) ?? {};
}

function remember(prototype: object, handler: string, input: CheckedInput): void {
  Reflect.defineMetadata(CHECKED, { ...checkedInputOf(prototype, handler), ...input }, prototype, handler);
}

/** No body comes in as undefined or null, as the parser likes it. */
function checkedBy<Schema extends z.ZodType>(schema: Schema, what: string): PipeTransform<unknown, z.output<Schema>> {
  return { transform: (value) => validate(schema, value ?? undefined, what) };
}
