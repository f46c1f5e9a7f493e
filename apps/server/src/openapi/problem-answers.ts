import type { ServedRoute } from './served-routes.js';

/** Stable codes by status. */
export type Codes = ReadonlyMap<number, readonly string[]>;

type Rule = readonly [applies: (route: ServedRoute) => boolean, status: number, codes: readonly string[]];

const needsToken = ({ audience }: ServedRoute) => audience !== 'public';
const isRead = ({ method }: ServedRoute) => method === 'GET';
const isPublic = ({ audience }: ServedRoute) => audience === 'public';
const takesBody = ({ input, description }: ServedRoute) => input.body !== undefined || description?.body !== undefined;
const hasParameter = ({ path }: ServedRoute) => path.includes('{');

/** Writes to the log in an operator's name. */
export function isCommand({ audience, method, description }: ServedRoute): boolean {
  return audience === 'operators' && method !== 'GET' && description?.question !== true;
}

/** An agent's hello or report: facts, not commands. */
const isFact = ({ audience, method }: ServedRoute) => audience === 'agents' && method !== 'GET';

/** What every route of a kind may be refused with. What one route alone refuses stands in its `@Route`. */
const RULES: readonly Rule[] = [
  [(route) => isRead(route) || takesBody(route), 400, ['invalid-request']],
  [takesBody, 400, ['malformed-request']],
  [needsToken, 401, ['token-missing', 'token-unknown', 'token-revoked', 'token-expired']],
  [needsToken, 403, ['forbidden']],
  [hasParameter, 404, ['route-not-found']],
  [isCommand, 409, ['history-corrupt']],
  [takesBody, 413, ['body-too-large']],
  [(route) => isCommand(route) || isFact(route), 413, ['too-large-to-record']],
  [takesBody, 415, ['unsupported-media-type']],
  [isCommand, 422, ['idempotency-key-reused']],
  [isRead, 503, ['not-folded-yet']],
  [(route) => !isPublic(route) && (isRead(route) || isCommand(route) || isFact(route)), 503, ['store-unavailable']],
  [(route) => isCommand(route) || isFact(route), 503, ['too-much-contention']],
];

/** Every refusal that a route may answer with, by status. */
export function problemAnswersOf(route: ServedRoute): Codes {
  const codes = new Map<number, string[]>();
  const add = (status: number, more: readonly string[]) => codes.set(status, [...new Set([...codes.get(status) ?? [], ...more])]);
  for (const [status, more] of Object.entries(route.description?.refuses ?? {})) add(Number(status), more);
  for (const [applies, status, more] of RULES) if (applies(route)) add(status, more);
  return new Map([...codes].sort(([one], [other]) => one - other));
}
