import { Injectable } from '@nestjs/common';
import type { Occurrence } from '#events/planning/schedule.events';
import type { Instant } from '#events/vocabulary';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { SchedulesProjection } from './schedules.projection.js';

/**
 * A run that an occurrence starts, and that has not begun.
 *
 *   wanted ── may overlap ──────────────────────────────▶ RunStarted
 *      └── asked for ──▶ admitted ──────────────────────▶ RunStarted
 *              ├──▶ queued ──▶ admitted                       (or OccurrenceNotStarted)
 *              └──▶ passed over, dropped
 */
export interface PendingStart {
  readonly runId: string;
  readonly jobnet: string;
  readonly schedule: string;
  readonly occurrence: Occurrence;
  readonly parameters: Readonly<Record<string, string>>;
  readonly overlap: 'allow' | 'skip' | 'queue' | 'replace';
  /** Of the event that decided it. */
  readonly eventId: string;
  readonly decidedAt: Instant;
  readonly stage: 'wanted' | 'queued' | 'admitted';
  /** Open runs that are stopped for it. */
  readonly replaces: readonly string[];
}

/** What was decided to start and has not begun, folded from the streams of schedules, jobnets and runs: what a crash has left is done after it. */
@Injectable()
export class PendingStarts implements Projection {
  /** To be done something about now. */
  private readonly ready = new Map<string, PendingStart>();
  private readonly queued = new Map<string, PendingStart>();

  constructor(private readonly schedules: SchedulesProjection) {}

  /** Comes after the schedules. */
  apply({ event, recorded }: FoldedEvent): void {
    switch (event.type) {
      case 'OccurrenceStarted': return this.want(recorded.stream.slice('schedule-'.length), event.data, recorded.id, recorded.metadata.at);
      case 'RunAdmitted': return this.move(event.data.runId, { stage: 'admitted' });
      case 'RunQueued': return this.move(event.data.runId, { stage: 'queued', replaces: event.data.replaces ? event.data.behind : [] });
      case 'RunStarted':
      case 'OccurrenceNotStarted':
      case 'RunPassedOver':
      case 'QueuedRunDropped':
        this.ready.delete(event.data.runId);
        this.queued.delete(event.data.runId);
        return;
      default:
    }
  }

  has(runId: string): boolean {
    return this.ready.has(runId) || this.queued.has(runId);
  }

  /** Nobody has decided yet whether it may begin. */
  isWanted(runId: string): boolean {
    return this.ready.get(runId)?.stage === 'wanted';
  }

  /** It may begin, and has not. */
  isAdmitted(runId: string): boolean {
    return this.ready.get(runId)?.stage === 'admitted';
  }

  /** What is to be started or admitted now, the oldest first. */
  due(): Iterable<PendingStart> {
    return this.ready.values();
  }

  /** What waits until other runs of its jobnet are over. */
  waiting(): Iterable<PendingStart> {
    return this.queued.values();
  }

  /**
   * A person who fills up the past means all of it: what may not overlap comes one after the other. What is wanted a second time before it began
   * stands where it stood: it is the same run.
   */
  private want(schedule: string, { occurrence, runs, parameters, because }: Extract<FoldedEvent['event'], { type: 'OccurrenceStarted' }>['data'], eventId: string, decidedAt: Instant): void {
    const written = this.schedules.find(schedule)?.state.definition?.overlap ?? 'allow';
    const overlap = because === 'backfill' && written !== 'allow' ? 'queue' : written;
    for (const { runId, jobnet } of runs.filter((each) => !this.has(each.runId))) {
      this.ready.set(runId, { runId, jobnet, schedule, occurrence, parameters, overlap, eventId, decidedAt, stage: 'wanted', replaces: [] });
    }
  }

  private move(runId: string, change: Pick<PendingStart, 'stage'> & { readonly replaces?: readonly string[] }): void {
    const pending = this.ready.get(runId) ?? this.queued.get(runId);
    if (pending === undefined) return;
    this.ready.delete(runId);
    this.queued.delete(runId);
    (change.stage === 'queued' ? this.queued : this.ready).set(runId, { ...pending, ...change });
  }
}
