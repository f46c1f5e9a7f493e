import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OutputSummary } from '#events/output';
import type { RunEvent } from '#events/run.events';
import { upcast } from '#events/upcast';
import type { EventStore } from '#event-store/event-store.port';
import type { OutputView } from '#protocol/api';
import type { OutputStream } from '#protocol/outputs';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { runStream } from '../runs/commands/run.aggregate.js';

/** The output that came with results: sizes, hashes and the last 4 KiB. It is read from the log: no fold keeps it in memory. */
@Injectable()
export class StoredOutputs {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** Of every execution of a job that left a result, oldest result first. */
  async of(runId: string, jobId: string, stream: OutputStream): Promise<OutputView[]> {
    const found: OutputView[] = [];
    for await (const recorded of this.store.read(runStream(runId))) found.push(...outputsIn(upcast(recorded) as RunEvent, jobId, stream));
    return found;
  }
}

/** The tail as bytes, when it is all there is and was not changed by the way to text and back. */
export function wholeIn({ tail, bytes, sha256, complete }: Pick<OutputView, 'tail' | 'bytes' | 'sha256' | 'complete'>): Buffer | undefined {
  const content = Buffer.from(tail);
  if (!complete || content.length !== bytes || sha256 === undefined) return undefined;
  return createHash('sha256').update(content).digest('hex') === sha256 ? content : undefined;
}

function outputsIn(event: RunEvent, jobId: string, stream: OutputStream): OutputView[] {
  if (event.type !== 'JobFinished' && event.type !== 'JobStopped' && event.type !== 'LateResultRecorded') return [];
  const { executionId, output } = event.data;
  return event.data.jobId !== jobId || output === undefined ? [] : [viewOf(executionId, stream, output[stream])];
}

function viewOf(executionId: string, stream: OutputStream, { bytes, sha256, tail, truncated }: OutputSummary): OutputView {
  return { stream, executionId, bytes, ...(sha256 === undefined ? {} : { sha256 }), tail, complete: !truncated };
}
