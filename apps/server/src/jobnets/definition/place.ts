import type { Fault } from '#domain/jobnet/definition/faults';

/** Where a value stands in the text, and what is in it. */
export interface Place {
  readonly offset: number;
  readonly keys?: ReadonlyMap<string, PlaceOfKey>;
  readonly items?: readonly Place[];
}

export interface PlaceOfKey {
  readonly offset: number;
  readonly value: Place;
}

/** The offset of what a fault is about; of the nearest thing around it, when there is no such thing in the text. */
export function offsetOf({ path, at }: Pick<Fault, 'path' | 'at'>, root: Place): number {
  let place = root;
  let offset = root.offset;
  for (const [index, step] of path.entries()) {
    const key = typeof step === 'string' ? place.keys?.get(step) : undefined;
    const next = typeof step === 'string' ? key?.value : place.items?.[step];
    if (next === undefined) return offset;
    place = next;
    offset = key !== undefined && (at === 'key' || index < path.length - 1) ? key.offset : next.offset;
  }
  return offset;
}
