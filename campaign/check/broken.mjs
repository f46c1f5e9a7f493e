/** A law that does not hold, and the run it shows in, if it is one. The laws are those of the project's mission. */
export class Broken extends Error {
  constructor(law, what, runId) {
    super(what);
    this.law = law;
    this.runId = runId;
  }
}
