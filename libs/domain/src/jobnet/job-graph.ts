/** The part of a job that the order is made of. */
export interface OrderedJob {
  readonly id: string;
  readonly after: readonly string[];
}

/** Who waits for whom, both ways, jobs in the order in which they were written. */
export interface JobGraph {
  readonly predecessors: ReadonlyMap<string, readonly string[]>;
  readonly successors: ReadonlyMap<string, readonly string[]>;
}

/** Indexes the jobs; an `after` that names no job is left out. Takes time linear in jobs and references. */
export function jobGraph(jobs: readonly OrderedJob[]): JobGraph {
  const successors = new Map<string, string[]>(jobs.map(({ id }) => [id, []]));
  const predecessors = new Map<string, string[]>();
  for (const { id, after } of jobs) {
    const known = after.filter((other) => successors.has(other));
    predecessors.set(id, known);
    for (const other of known) successors.get(other)?.push(id);
  }
  return { predecessors, successors };
}

/** The jobs, each one after all that it waits for. Shorter than the graph when there is a cycle. */
export function topologicalOrder({ predecessors, successors }: JobGraph): string[] {
  const missing = new Map(Array.from(predecessors, ([id, before]) => [id, before.length]));
  const order = Array.from(missing).flatMap(([id, count]) => (count === 0 ? [id] : []));
  // The list grows while it is walked: an id enters once its last predecessor was passed.
  for (const id of order) {
    for (const next of successors.get(id) ?? []) {
      const left = (missing.get(next) ?? 0) - 1;
      missing.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}

interface Step {
  readonly id: string;
  nextSuccessor: number;
}

/**
 * Cycles of the graph in the direction of the flow, at most `limit`: `[A1, A2, A3]` means A1 → A2 → A3 → A1. Each begins with
 * its first written job and is answered once. Without the `after` entries that close them nothing circular is left, unless the limit was reached.
 */
export function findCycles(graph: JobGraph, limit: number): string[][] {
  const ordered = new Set(topologicalOrder(graph));
  const rank = new Map(Array.from(graph.successors.keys(), (id, index) => [id, index]));
  const cycles: string[][] = [];
  const left = new Set<string>(ordered);
  for (const root of graph.successors.keys()) {
    if (!left.has(root)) walk(root, graph, left, (cycle) => cycles.push(fromFirstWritten(cycle, rank)) < limit);
    if (cycles.length >= limit) break;
  }
  return cycles;
}

/** Depth first with a stack of its own: a chain of 1,000 jobs must not become 1,000 calls. Stops when `found` answers false. */
function walk(root: string, { successors }: JobGraph, left: Set<string>, found: (cycle: string[]) => boolean): void {
  const path: Step[] = [{ id: root, nextSuccessor: 0 }];
  const depth = new Map([[root, 0]]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = successors.get(step.id)?.[step.nextSuccessor];
    step.nextSuccessor += 1;
    if (next === undefined) {
      path.pop();
      depth.delete(step.id);
      left.add(step.id);
      continue;
    }
    const start = depth.get(next);
    if (start !== undefined) {
      if (!found(path.slice(start).map(({ id }) => id))) return;
    } else if (!left.has(next)) {
      depth.set(next, path.length);
      path.push({ id: next, nextSuccessor: 0 });
    }
  }
}

function fromFirstWritten(cycle: string[], rank: ReadonlyMap<string, number>): string[] {
  let first = 0;
  cycle.forEach((id, index) => {
    if ((rank.get(id) ?? 0) < (rank.get(cycle[first] ?? '') ?? 0)) first = index;
  });
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
