import type { JobDefinition } from '#events/definition';
import { describe } from './document.js';
import type { FaultList, Path } from './faults.js';

const POLICIES = ['ask', 'fail', 'rerun'] as const;

/** What is done without asking anybody when an execution is lost, or not known to its agent any more. */
export function readPolicies(entries: ReadonlyMap<string, unknown>, path: Path, what: string, faults: FaultList): Pick<JobDefinition, 'onLost' | 'onUnknown'> {
  const read = (key: 'onLost' | 'onUnknown') => {
    const value = entries.get(key);
    if (value === undefined) return {};
    const policy = POLICIES.find((each) => each === value);
    if (policy !== undefined) return { [key]: policy };
    faults.addAtValue([...path, key], 'bad-value', `${what}: ${key} cannot be ${describe(value)}. Accepted: ask (an operator decides), fail (it counts as failed) or rerun (once more, ${key === 'onLost' ? 'up to three times in a row' : 'though it may still run somewhere'}).`);
    return {};
  };
  return { ...read('onLost'), ...read('onUnknown') };
}
