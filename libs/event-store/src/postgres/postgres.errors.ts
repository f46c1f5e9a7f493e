import { CorruptLogError, InvalidAppendError, StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';

/** What is at that address is no log that this Kiroku can use: trying again does not help. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
}

/** Damaged pages and indexes; a table or a column that is gone although the log was opened. */
const DAMAGE = new Set(['XX001', 'XX002', '42P01', '42703', '3F000']);

/** Wrong name, password or database, missing rights: only people can help. */
const REFUSED = new Set(['28P01', '28000', '3D000', '42501']);

/**
 * Sorts what the driver throws. What is no damage may be over in a moment: a conflict is never told by an error of the database,
 * but by comparing revisions. No cause goes with it: what the driver and Node attach may hold the connection's settings.
 */
export function inOurWords(error: unknown, told: string): Error {
  if (isOurs(error)) return error;
  const why = `${told}: ${messageOf(error)}`;
  return DAMAGE.has(codeOf(error)) ? new CorruptLogError(why) : new StoreUnavailableError(why);
}

/** Waiting would not help: the database answers, and what it says is no. */
export function isRefusal(error: unknown): boolean {
  return REFUSED.has(codeOf(error));
}

function isOurs(error: unknown): error is Error {
  return [CorruptLogError, StoreUnavailableError, WrongExpectedRevisionError, InvalidAppendError, ForeignDatabaseError].some((kind) => error instanceof kind);
}

/** Several addresses of one host fail together, without a message of their own. */
function messageOf(error: unknown): string {
  const { errors, message } = error as { readonly errors?: readonly unknown[]; readonly message?: string };
  return message || (errors?.[0] === undefined ? codeOf(error) : messageOf(errors[0])) || 'it failed without saying why';
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
