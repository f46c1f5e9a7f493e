import type { ExpectedRevision } from './event-store.port.js';

/** Somebody else was first. Load, decide again. */
export class WrongExpectedRevisionError extends Error {
  override readonly name = 'WrongExpectedRevisionError';

  constructor(readonly stream: string, readonly expected: ExpectedRevision, readonly actual: ExpectedRevision) {
    super(`${stream} stands at ${actual}, not at ${expected}`);
  }
}

/** The log cannot be written or read at the moment; the same call may succeed later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** The caller's fault: the same append will never succeed. */
export class InvalidAppendError extends Error {
  override readonly name = 'InvalidAppendError';
}

/** The log itself is damaged: a gap, or a record that cannot be read. Never skipped: who meets it stops (law 1). */
export class CorruptLogError extends Error {
  override readonly name = 'CorruptLogError';
}
