import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, Position, ReadFilter, RecordedEvent } from '#event-store/event-store.port';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { runStream } from '../runs/commands/run.aggregate.js';
import { RunsProjection } from '../runs/runs.projection.js';

/** Every given field must match; a field matches when one of its values does. */
export interface AuditFilter {
  /** Ids of operators, agents or servers. */
  readonly actor?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  /** Whole stream names. */
  readonly stream?: readonly string[] | undefined;
  /** Ids of runs. */
  readonly run?: readonly string[] | undefined;
  readonly jobnet?: readonly string[] | undefined;
  readonly job?: readonly string[] | undefined;
  /** Inclusive. */
  readonly since?: string | undefined;
  /** Exclusive. */
  readonly until?: string | undefined;
}

/** Who did what, when and why: the log itself, filtered. */
@Injectable()
export class AuditTrail {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore, private readonly runs: RunsProjection) {}

  async *events(filter: AuditFilter, after: Position | undefined): AsyncIterable<RecordedEvent> {
    const streams = filter.run?.map(runStream) ?? filter.stream;
    const inStore: ReadFilter = {
      ...(streams === undefined ? {} : { streamPrefixes: streams }),
      ...(filter.type === undefined ? {} : { types: filter.type }),
    };
    for await (const batch of this.store.readAll(this.beginning(filter, after), inStore)) {
      for (const recorded of batch) if (this.matches(recorded, filter)) yield recorded;
    }
  }

  /** Nothing of a run stands before its start: a reader of one that is known need not pass the log before it. */
  private beginning({ run }: AuditFilter, after: Position = 0n): Position {
    const starts = (run ?? []).map((runId) => (this.runs.find(runId)?.startPosition ?? 1n) - 1n);
    const first = starts.reduce<Position | undefined>((least, start) => (least === undefined || start < least ? start : least), undefined);
    return first !== undefined && first > after ? first : after;
  }

  private matches(recorded: RecordedEvent, { actor, stream, run, jobnet, job, since, until }: AuditFilter): boolean {
    const { at, actor: by } = recorded.metadata;
    return (actor === undefined || actor.includes(by.id))
      && (stream === undefined || stream.includes(recorded.stream))
      && (run === undefined || run.some((runId) => recorded.stream === runStream(runId)))
      && (since === undefined || at >= since)
      && (until === undefined || at < until)
      && (jobnet === undefined || jobnet.includes(this.jobnetOf(recorded) ?? ''))
      && (job === undefined || job.includes((recorded.data as { jobId?: string }).jobId ?? ''));
  }

  private jobnetOf({ stream }: RecordedEvent): string | undefined {
    if (stream.startsWith('jobnet-')) return stream.slice('jobnet-'.length);
    return stream.startsWith('run-') ? this.runs.find(stream.slice('run-'.length))?.run.jobnet : undefined;
  }
}
