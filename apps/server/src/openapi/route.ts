import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import type { z } from 'zod';

/** What stands in a body or an answer, by media type. */
export type Contents = Readonly<Record<string, z.ZodType>>;

/** What the document says of a route beside what the route itself tells: method, path, who may, and the schemas of `CheckedBody` and `CheckedQuery`. */
export interface RouteDescription {
  readonly summary: string;
  readonly description?: string;
  /** By status; a schema alone means JSON. The lowest status is what the handler answers unless it says otherwise. */
  readonly answers: Readonly<Record<number, z.ZodType | Contents>>;
  /** The stable codes of what can be refused here, by status, beside what every route of its kind refuses (`problem-answers.ts`). */
  readonly refuses?: Readonly<Record<number, readonly string[]>>;
  /** A body that no `CheckedBody` checks: a text with a reader of its own. */
  readonly body?: Contents;
  /** Headers that it reads, beside those of every route of its kind. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  /** A POST that changes nothing: no Idempotency-Key, no refusal by the log. */
  readonly question?: true;
}

export const ROUTE = Symbol('route description');
export const TAG = Symbol('tag');

/** Describes a route for the document (`/api/docs`), and answers with the lowest status that it names. */
export function Route(description: RouteDescription): MethodDecorator {
  const [status] = Object.keys(description.answers).map(Number).sort((one, other) => one - other);
  if (status === undefined) throw new Error(`a route without an answer: ${description.summary}`);
  return applyDecorators(SetMetadata(ROUTE, description), HttpCode(status));
}

/** Under which heading the document shows the routes of a controller, or a single one. */
export const Tag = (tag: string) => SetMetadata(TAG, tag);
