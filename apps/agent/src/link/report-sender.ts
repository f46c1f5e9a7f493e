import { setTimeout as wait } from 'node:timers/promises';
import { type Report, reportAnswer } from '#protocol/agent-link';
import type { ExecutionKeeper } from '../executions/execution-keeper.js';
import type { KeeperLog } from '../executions/keeper-options.js';
import { LINK_PACE } from './link-pace.js';
import { RefusedError, type ServerClient } from './server-client.js';

/** Reports a request, and their size as JSON: below what a server reads. */
const MOST_REPORTS = 500;
const MOST_BYTES = 2 * 1024 * 1024;

/** Of a report without its texts, and of a character of them (`\u0000`). */
const REST_BYTES = 2 * 1024;
const BYTES_PER_CHARACTER = 6;

/** Sends what the keeper has to report, in batches that grow while one is under way, and a sign of life when there is nothing. */
export class ReportSender {
  private wake: () => void = () => undefined;
  /** Reports that the server cannot read, by execution and sequence: set aside for this session, shown, and blocking no other. */
  private readonly setAside = new Set<string>();

  constructor(private readonly keeper: ExecutionKeeper, private readonly log: KeeperLog, private readonly pace = LINK_PACE) {}

  /** There may be something new. */
  nudge(): void {
    this.wake();
  }

  /** Goes on until the signal aborts, or the session is over (RefusedError `session-over`), or the link breaks. */
  async run(client: ServerClient, path: string, session: number, signal: AbortSignal): Promise<void> {
    // The next session may be with a server that can read them: nothing finished is lost.
    this.setAside.clear();
    let reports = this.due(MOST_REPORTS);
    while (!signal.aborted) {
      const progress = await this.deliver(client, path, session, reports, signal);
      // What came in meanwhile is among them, and what comes from here on nudges: nothing waits for a heartbeat.
      reports = this.due(MOST_REPORTS);
      if (progress && reports.length > 0) continue;
      await (progress ? this.nextNudge(signal) : wait(this.pace.retryMs, undefined, { signal }));
      reports = this.due(MOST_REPORTS);
    }
  }

  /** The first so many: thousands may wait, and each batch asks anew. */
  private due(most: number): Report[] {
    const reports = this.keeper.pendingReports(most + this.setAside.size);
    return this.setAside.size === 0 ? reports : reports.filter((report) => !this.setAside.has(keyOf(report)));
  }

  /** False when nothing came of it, and it is to be tried again after a pause. */
  private async deliver(client: ServerClient, path: string, session: number, reports: readonly Report[], signal: AbortSignal): Promise<boolean> {
    const batch = firstBatch(reports);
    try {
      const { acknowledged } = await client.post(path, { session, reports: batch }, reportAnswer, signal);
      await Promise.all(acknowledged.map(({ executionId, sequence, receipt }) => this.keeper.acknowledged(executionId, sequence, receipt)));
      return batch.length === 0 || this.isAnyDone(batch);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.status === 503) return false;
      if (error.status !== 400 && error.status !== 413) throw error;
      return this.deliverApart(client, path, session, batch, error, signal);
    }
  }

  /** An acknowledgement that the journal could not take in (a full disk) is none: the report is sent again, but not at once. */
  private isAnyDone(batch: readonly Report[]): boolean {
    const due = new Set(this.due(Infinity).map(keyOf));
    return batch.some((report) => !due.has(keyOf(report)));
  }

  /** One of them is at fault: halves find it, and the others go through. */
  private async deliverApart(client: ServerClient, path: string, session: number, batch: readonly Report[], error: RefusedError, signal: AbortSignal): Promise<boolean> {
    const [only] = batch;
    if (only === undefined) throw error;
    if (batch.length === 1) {
      this.setAside.add(keyOf(only));
      this.log('error', 'the server cannot read a report; it is set aside', { executionId: only.executionId, sequence: only.sequence, why: error.message });
      return true;
    }
    const middle = Math.ceil(batch.length / 2);
    const first = await this.deliver(client, path, session, batch.slice(0, middle), signal);
    const second = await this.deliver(client, path, session, batch.slice(middle), signal);
    return first || second;
  }

  /** Or the next heartbeat, or the end. */
  private nextNudge(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, this.pace.heartbeatMs);
      signal.addEventListener('abort', done);
      this.wake = done;
    });
  }
}

function firstBatch(reports: readonly Report[]): Report[] {
  // To measure them exactly costs as much as to send them, and most batches are far from the limit.
  if (reports.length <= MOST_REPORTS && sum(reports, mostBytesOf) <= MOST_BYTES) return [...reports];
  const batch: Report[] = [];
  let bytes = 0;
  for (const report of reports) {
    bytes += Buffer.byteLength(JSON.stringify(report));
    if (batch.length === MOST_REPORTS || (batch.length > 0 && bytes > MOST_BYTES)) break;
    batch.push(report);
  }
  return batch;
}

/** No report is longer as JSON: ids, instants and names have less than `REST_BYTES`, and a character of a text at most six bytes. */
function mostBytesOf(report: Report): number {
  const text = 'output' in report ? report.output.stdout.tail.length + report.output.stderr.tail.length : 'reason' in report ? report.reason.length : 0;
  return REST_BYTES + BYTES_PER_CHARACTER * text;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function keyOf({ executionId, sequence }: Report): string {
  return `${executionId}#${sequence}`;
}
