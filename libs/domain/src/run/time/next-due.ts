import type { Instant } from '#events/vocabulary';
import { later } from '../../instant.js';
import type { Run } from '../run.state.js';

/** What may come due in a run by the clock alone. */
export type DueKind = 'delay' | 'retry' | 'latest-start' | 'expected-end' | 'timeout';

export interface Due {
  readonly kind: DueKind;
  readonly at: Instant;
}

/** The first thing that the clock will bring in this run; undefined when nothing will. It follows from the state alone: nobody keeps a list. */
export function nextDue(run: Run): Due | undefined {
  if (!run.shape.isTimed) return undefined;
  return allDue(run).reduce<Due | undefined>((first, each) => (first === undefined || each.at < first.at ? each : first), undefined);
}

export function allDue(run: Run): Due[] {
  return run.finished === undefined ? [...dueOfJobs(run), ...dueOfRun(run)] : [];
}

/** In a run that is to stop nothing is begun any more, neither late nor again. */
function dueOfJobs({ stopRequested, jobs }: Run): Due[] {
  if (stopRequested) return [];
  return jobs.flatMap(({ state, delayedUntil, retryAt }): Due[] => {
    if (state === 'delayed' && delayedUntil !== undefined) return [{ kind: 'delay', at: delayedUntil }];
    return state === 'retrying' && retryAt !== undefined ? [{ kind: 'retry', at: retryAt }] : [];
  });
}

function dueOfRun(run: Run): Due[] {
  const { deadline, timeout } = run.definition;
  const nominal = run.nominalAt ?? run.startedAt;
  const due = (kind: DueKind, from: Instant, seconds: number | undefined, stands: boolean): Due[] => (
    seconds === undefined || !stands ? [] : [{ kind, at: later(from, seconds) }]
  );
  return [
    ...due('latest-start', nominal, deadline?.latestStartSeconds, run.startOverdue === undefined && !run.stopRequested && !hasBegun(run)),
    ...due('expected-end', nominal, deadline?.expectedSeconds, run.overran === undefined),
    // How long it may take, however late it could begin.
    ...due('timeout', run.startedAt, timeout?.seconds, !run.stopRequested),
  ];
}

function hasBegun({ jobs }: Run): boolean {
  return jobs.some(({ executions }) => executions.some(({ startedAt }) => startedAt !== undefined));
}
