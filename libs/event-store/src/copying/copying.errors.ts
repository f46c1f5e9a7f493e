/** Nothing was done, or nothing more: what is there forbids it. The words are for people. */
export class CopyRefusedError extends Error {
  override readonly name = 'CopyRefusedError';
}

/** It was told to end. What is copied stays, and the same copy goes on from there. */
export class CopyStoppedError extends Error {
  override readonly name = 'CopyStoppedError';
}

/** The target is not what the source is. */
export class CopyDiffersError extends Error {
  override readonly name = 'CopyDiffersError';
}
