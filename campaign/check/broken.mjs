/** A law that does not hold, and the run it shows in, if it is one. The laws are those of the project's mission. */
export class Broken extends Error {
  constructor(law, what, runId) {
    super(what);
    this.law = law;
    this.runId = runId;
  }
}

/** Any other error is the campaign's own: it says nothing of a law, and the round says nothing of the product. */
export function findingOf(error) {
  return error instanceof Broken ? { law: error.law, what: error.message } : { law: undefined, what: `the campaign itself failed: ${error.stack ?? error}` };
}
