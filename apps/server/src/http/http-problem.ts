import type { DefinitionFault } from '#protocol/problem';

/** An error with its answer: everything a problem document says. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  constructor(readonly status: number, readonly code: string, detail: string, readonly faults?: readonly DefinitionFault[]) {
    super(detail);
  }
}

/** 503: other servers append too, and this one has not caught up within a command's patience. */
export function notFoldedYet(): HttpProblem {
  return new HttpProblem(503, 'not-folded-yet', 'this server has not seen yet what other servers have recorded; ask again, or ask another one');
}
