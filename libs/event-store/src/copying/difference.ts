import type { RecordedEvent } from '../event-store.port.js';
import type { RecordedAppend } from '../movable-event-store.port.js';

const FIELDS = ['id', 'stream', 'revision', 'type', 'schemaVersion', 'data', 'metadata'] as const;

/** All that an append is, but its position, which is its store's. Two with the same text are the same. */
export function textOf(append: RecordedAppend): string {
  return JSON.stringify(append.map((event) => FIELDS.map((field) => event[field])));
}

/** In words for people, the first thing in which a copy differs from its original. At least one of them is there. */
export function differenceBetween(original: RecordedAppend | undefined, copy: RecordedAppend | undefined): string {
  if (original === undefined) return `the target has more: ${placeOf(copy![0])} is not in the source`;
  if (copy === undefined) return `the target ends before ${placeOf(original[0])} of the source`;
  for (const [index, event] of original.entries()) {
    const other = copy[index];
    if (other === undefined) return `${placeOf(event)} was appended together with what stands before it, and is not in the target`;
    const field = FIELDS.find((each) => JSON.stringify(event[each]) !== JSON.stringify(other[each]));
    if (field !== undefined) return `${placeOf(event)} differs in its ${field} from ${placeOf(other)} of the target`;
  }
  return `${placeOf(original[0])} was appended with ${original.length - 1} more, and in the target with ${copy.length - 1} more`;
}

function placeOf({ type, stream, revision, position }: RecordedEvent): string {
  return `${type} on ${stream} at revision ${revision} (position ${position})`;
}
