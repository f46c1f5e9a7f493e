import { Injectable } from '@nestjs/common';
import { isMeant, type WhichQueued } from '#domain/jobnet/drop-queued';
import type { QueuedRunView } from '#protocol/schedules';
import { HttpProblem } from '../../http/http-problem.js';
import { JobnetsProjection, type TrackedJobnet } from '../../jobnets/jobnets.projection.js';
import { OpenRuns } from '../open-runs.js';
import { PendingStarts } from '../pending-starts.js';

/** Of the runs that one waits behind, as many are named. */
const MOST_BEHIND = 10;

interface Queue {
  readonly count: number;
  readonly items: QueuedRunView[];
}

/** The runs that wait until others of their jobnet are over, as people see them. */
@Injectable()
export class QueuedRuns {
  constructor(private readonly jobnets: JobnetsProjection, private readonly pending: PendingStarts, private readonly openRuns: OpenRuns) {}

  /** The next ones first, so many of them. @throws HttpProblem 404 */
  ofJobnet(id: string, which: WhichQueued, most: number): Queue {
    const jobnet = this.jobnets.find(id);
    if (jobnet === undefined) throw new HttpProblem(404, 'jobnet-not-found', `there is no jobnet ${id}`);
    return this.queueOf([jobnet], which, most);
  }

  /**
   * In all jobnets that it starts, or has started in an earlier version: the longest waiting first. Lists ask it of each schedule, and there are as many jobnets: only those with
   * a run of it that waits are looked at.
   */
  ofSchedule(schedule: string, most: number): Queue {
    const jobnets = new Set<string>();
    for (const waiting of this.pending.waiting()) if (waiting.schedule === schedule) jobnets.add(waiting.jobnet);
    return this.queueOf([...jobnets].flatMap((id) => this.jobnets.find(id) ?? []), { schedule }, most);
  }

  private queueOf(jobnets: Iterable<TrackedJobnet>, which: WhichQueued, most: number): Queue {
    let count = 0;
    const items: QueuedRunView[] = [];
    for (const tracked of jobnets) {
      const { admissions } = tracked.state;
      const meant = admissions.queue.map((queued, index) => ({ queued, place: index + 1 })).filter(({ queued }) => isMeant(which, queued));
      if (meant.length === 0) continue;
      count += meant.length;
      const behind = this.openRuns.inTheWay(tracked.jobnet, admissions).slice(0, MOST_BEHIND);
      items.push(...meant.slice(0, most).map(({ queued: { runId, schedule, key, since, replaces }, place }) => ({ runId, jobnet: tracked.jobnet, schedule, key, since, place, behind, replaces })));
    }
    return { count, items: items.sort((one, other) => (one.since < other.since ? -1 : one.since > other.since ? 1 : one.place - other.place)).slice(0, most) };
  }
}
