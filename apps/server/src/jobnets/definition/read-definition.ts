import type { JobnetDefinition } from '#events/definition';
import { checkDefinition } from '#domain/jobnet/definition/check-definition';
import { type OfText, readChecked } from './read-checked.js';

const EMPTY = 'The text is empty; a jobnet has at least jobnet: and its id, and jobs: with one job under it.';

/** Reads a jobnet from text, as `readChecked` does. */
export function readDefinition(text: string): OfText<JobnetDefinition> {
  return readChecked(text, checkDefinition, EMPTY);
}
