import type { DefinitionFault } from '#protocol/problem';

/** An error with its answer: everything a problem document says. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';

  constructor(readonly status: number, readonly code: string, detail: string, readonly faults?: readonly DefinitionFault[]) {
    super(detail);
  }
}
