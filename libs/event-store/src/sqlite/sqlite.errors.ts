import { CorruptLogError, InvalidAppendError, StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';

/** The file is whole, and no log that this build may write to. */
export class ForeignLogError extends Error {
  override readonly name = 'ForeignLogError';
}

/** Locks and syncs on a network file system cannot be trusted, so two servers could write one log. */
export class NetworkFileSystemError extends Error {
  override readonly name = 'NetworkFileSystemError';
}

const OURS = [CorruptLogError, InvalidAppendError, StoreUnavailableError, WrongExpectedRevisionError, ForeignLogError, NetworkFileSystemError];

/** In the words of the port: damage stops, everything else may be over when the caller tries again. */
export function inOurWords(error: unknown, what: string): Error {
  if (OURS.some((type) => error instanceof type)) return error as Error;
  const text = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  return isDamage(error) ? new CorruptLogError(text, { cause: error }) : new StoreUnavailableError(text, { cause: error });
}

/** Somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_BUSY/.test(codeOf(error));
}

function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
