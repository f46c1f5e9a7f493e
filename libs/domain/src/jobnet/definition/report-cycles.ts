import { findCycles, jobGraph } from '../job-graph.js';
import { quote, type FaultList } from './faults.js';
import type { JobReading } from './read-job.js';

/** A dense graph has more cycles than anybody reads; mending these comes first anyway. */
const MAX_CYCLES = 20;
const MAX_SHOWN_JOBS = 24;

/** Reports each cycle at the `after` entry of its first written job, the one that closes it. */
export function reportCycles(readings: readonly JobReading[], faults: FaultList): void {
  const references = new Map(readings.map((reading) => [reading.job.id, reading.references]));
  const cycles = findCycles(jobGraph(readings.map(({ job }) => job)), MAX_CYCLES);
  cycles.forEach((cycle, index) => {
    const first = cycle[0] ?? '';
    const last = cycle[cycle.length - 1];
    const closing = references.get(first)?.find(({ to }) => to === last);
    const more = index + 1 === MAX_CYCLES ? ' There may be more cycles; they are reported once these are broken.' : '';
    faults.addAtValue(
      closing?.path ?? ['jobs', first],
      'cycle',
      `Jobs wait for each other in a circle: ${drawn([...cycle, first])}. None of them could start; remove one of the after entries.${more}`,
    );
  });
}

function drawn(ids: readonly string[]): string {
  if (ids.length <= MAX_SHOWN_JOBS) return ids.map(shown).join(' → ');
  const [head, tail] = [ids.slice(0, MAX_SHOWN_JOBS - 4), ids.slice(-4)];
  return [...head.map(shown), `… (${ids.length - MAX_SHOWN_JOBS} more) …`, ...tail.map(shown)].join(' → ');
}

/** An id that is one needs no quotes. */
function shown(id: string): string {
  return /^[\w.-]+$/.test(id) ? id : quote(id);
}
