/** The caller's: the state does not allow it, and the same command will be refused again. `code` is stable. */
export class CommandRejectedError extends Error {
  override readonly name = 'CommandRejectedError';

  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** The caller's: the name of an earlier command, with something else asked for. Nothing was changed. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';
}

/** Others were faster, again and again; try later. */
export class TooMuchContentionError extends Error {
  override readonly name = 'TooMuchContentionError';
}

/** The history of this stream cannot be: it is closed to commands, and the rest goes on. */
export class StreamClosedError extends Error {
  override readonly name = 'StreamClosedError';
}

/** Nobody's: what other streams say is not folded up to this position yet, and the decision needs it. Nothing was decided; try again then. */
export class FoldBehindError extends Error {
  override readonly name = 'FoldBehindError';

  constructor(readonly position: bigint) {
    super(`position ${position} is not folded yet`);
  }
}
