/** Something that a schedule's text says and that cannot be: where, as keys and indices from its top, and what would be accepted. */
export interface ScheduleFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
