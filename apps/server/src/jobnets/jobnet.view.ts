import type { JobnetView } from '#protocol/api';
import type { TrackedJobnet } from './jobnets.projection.js';

/** A jobnet as the API shows it. */
export function jobnetView({ jobnet, state, revision, definedAt, definedBy }: TrackedJobnet): JobnetView {
  const { mode, version, definition, closed, admissions: { queue } } = state;
  // The stream of a jobnet begins with its definition; the fold stops at any other.
  if (mode === 'absent' || definition === undefined) throw new Error(`jobnet ${jobnet} is tracked without a definition`);
  return { jobnet, version, revision, definition, definedAt, definedBy, state: mode, ...(closed === undefined ? {} : { closed }), ...(queue.length === 0 ? {} : { queued: queue.length }) };
}
