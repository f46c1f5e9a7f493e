import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, Position, ReadFilter, RecordedEvent } from '#event-store/event-store.port';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { RunsProjection } from '../runs/runs.projection.js';

/** Every given field must match; a field matches when one of its values does. */
export interface AuditFilter {
  /** Ids of operators, agents or servers. */
  readonly actor?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  /** Whole stream names. */
  readonly stream?: readonly string[] | undefined;
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
    const inStore: ReadFilter = {
      ...(filter.stream === undefined ? {} : { streamPrefixes: filter.stream }),
      ...(filter.type === undefined ? {} : { types: filter.type }),
    };
    for await (const batch of this.store.readAll(after, inStore)) {
      for (const recorded of batch) if (this.matches(recorded, filter)) yield recorded;
    }
  }

  private matches(recorded: RecordedEvent, { actor, stream, jobnet, job, since, until }: AuditFilter): boolean {
    const { at, actor: by } = recorded.metadata;
    return (actor === undefined || actor.includes(by.id))
      && (stream === undefined || stream.includes(recorded.stream))
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
