import {
  AccessDeniedError, MaxAppendSizeExceededError, StreamDeletedError, StreamNotFoundError, TimeoutError, UnavailableError, UnknownError, WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { CorruptLogError, InvalidAppendError, StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';

/** A URL that can never be opened. Its text holds nothing of the URL but names of options. */
export class InvalidStoreUrlError extends Error {
  override readonly name = 'InvalidStoreUrlError';

  constructor(why: string) {
    super(`the URL of the store is refused: ${why}`);
  }
}

/** The database does not let us in. Trying again by itself would only lock the account. */
export class RefusedByDatabaseError extends StoreUnavailableError {}

/** No answer in our own time. What was asked may have happened. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** What failed, sorted: final for this call, or over when it is tried again, perhaps with a new client. */
export type Fault =
  | { readonly kind: 'final'; readonly error: Error }
  | { readonly kind: 'passing'; readonly text: string; readonly wantsNewClient: boolean };

/**
 * Sorts what the client throws. Whatever is not known to be final is tried again: with the same ids at the same expected revision that does no harm.
 *
 * No error of the client travels on as a cause: it may hold the connection string.
 */
export function faultOf(error: unknown): Fault {
  if (isOurs(error)) return { kind: 'final', error };
  const text = textOf(error);
  if (error instanceof StreamDeletedError) return { kind: 'final', error: new CorruptLogError(`${error.streamName} was deleted from the database`) };
  if (error instanceof AccessDeniedError) return { kind: 'final', error: new RefusedByDatabaseError(`the database refuses access: ${text}`) };
  if (error instanceof MaxAppendSizeExceededError) return { kind: 'final', error: new InvalidAppendError(`the database takes at most ${error.maxAppendSize} bytes an append`) };
  return { kind: 'passing', text, wantsNewClient: !isAnswer(error) };
}

export function isWrongVersion(error: unknown): error is WrongExpectedVersionError {
  return error instanceof WrongExpectedVersionError;
}

export function isAbsent(error: unknown): boolean {
  return error instanceof StreamNotFoundError;
}

/** It may be what the server says of a position at which no record begins: neither it nor the client has a word for that. */
export function mayMeanNoRecordThere(error: unknown): boolean {
  return error instanceof UnknownError || error instanceof UnavailableError;
}

function isOurs(error: unknown): error is Error {
  return [CorruptLogError, InvalidAppendError, StoreUnavailableError, WrongExpectedRevisionError].some((type) => error instanceof type);
}

/** The server answered, so that the client is well: it starts, stops, or did not manage in time. */
function isAnswer(error: unknown): boolean {
  return error instanceof TimeoutError || isWrongVersion(error) || /Server Is Not Ready/.test(textOf(error));
}

/** Its message is often empty; then its name says more. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an error without a name';
  return error.message === '' ? error.constructor.name : error.message;
}
