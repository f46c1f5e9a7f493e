import { describe, entriesOf } from './document.js';
import { quote, type FaultList, type Path } from './faults.js';

/** What may stand in a mapping, and where a key belongs that was written in the wrong one. */
export interface MappingRule {
  /** Begins the messages: `Job "A1"`. */
  readonly what: string;
  readonly accepted: readonly string[];
  readonly elsewhere: { readonly keys: readonly string[]; readonly where: string };
}

const MERGE_KEY = '<<';

/** The entries of a mapping with fixed keys; undefined, with a fault, when the value is no mapping. */
export function readMapping(value: unknown, path: Path, rule: MappingRule, faults: FaultList): ReadonlyMap<string, unknown> | undefined {
  const entries = entriesOf(value);
  if (entries === undefined) {
    faults.addAtValue(path, 'wrong-type', `${rule.what} must be a mapping with the keys ${rule.accepted.join(', ')}; found ${describe(value)}.`);
    return undefined;
  }
  for (const key of entries.keys()) {
    if (rule.accepted.includes(key)) continue;
    faults.addAtKey([...path, key], 'unknown-key', unknownKey(key, rule, faults));
  }
  return entries;
}

function unknownKey(key: string, { what, accepted, elsewhere }: MappingRule, faults: FaultList): string {
  const list = `Accepted keys: ${accepted.join(', ')}.`;
  if (key === MERGE_KEY) return `${what} has the merge key "<<", which is not supported; write the keys out. ${list}`;
  if (elsewhere.keys.includes(key)) return `${what} has the key ${quote(key)}, which belongs ${elsewhere.where}. ${list}`;
  const hint = faults.didYouMean(key, accepted);
  return `${what} has the unknown key ${quote(key)}${hint === '' ? '.' : hint} ${list}`;
}
