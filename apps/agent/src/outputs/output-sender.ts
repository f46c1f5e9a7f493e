import { setTimeout as wait } from 'node:timers/promises';
import { OUTPUT_HEADER } from '#protocol/output-headers';
import { MOST_TRANSFERS, type OutputFrame, type OutputRefusal } from '#protocol/outputs';
import type { KeeperLog } from '../executions/keeper-options.js';
import type { ServerClient } from '../link/server-client.js';
import type { KnownOutput } from './known-output.js';
import { type Extent, OutputReader, UnreadableOutputError } from './output-reader.js';

/** Between two looks at a file that a job writes to, in milliseconds: a person sees no difference, and eight of them cost nothing. */
const LOOK_MS = 100;

/** Whoever knows executions; the keeper. */
export interface OutputSource {
  output(executionId: string): KnownOutput | undefined;
}

/** A transfer under way. */
interface Transfer {
  readonly frame: OutputFrame;
  /** Set once, when the execution has ended: a moment later it may be forgotten, and what counts with it. */
  end: { readonly bytes: number | undefined } | undefined;
  wake: () => void;
}

/** Sends the output of executions to servers that ask for it. Nothing that the agent keeps or reports depends on it. */
export class OutputSender {
  private readonly transfers = new Set<Transfer>();

  constructor(private readonly source: OutputSource, private readonly log: KeeperLog, private readonly lookMs = LOOK_MS) {}

  /** How many transfers are under way. */
  get active(): number {
    return this.transfers.size;
  }

  /** Something about some execution has changed: ends are seen before they are forgotten. */
  nudge(): void {
    for (const transfer of this.transfers) {
      this.look(transfer);
      if (transfer.end !== undefined) transfer.wake();
    }
  }

  /** Answers a frame, until all is sent, the other side takes no more, or the session is over. Never throws. */
  async answer(frame: OutputFrame, client: ServerClient, path: string, session: AbortSignal): Promise<void> {
    const target = `${path}/outputs/${frame.requestId}`;
    const transfer: Transfer = { frame, end: frame.until === undefined ? undefined : { bytes: frame.until }, wake: () => undefined };
    try {
      if (this.transfers.size >= MOST_TRANSFERS) return await client.refuseOutput(target, { code: 'too-many-transfers', detail: `the agent sends ${MOST_TRANSFERS} outputs already` }, session);
      this.transfers.add(transfer);
      const refusal = await this.send(transfer, client, target, session);
      if (refusal !== undefined) await client.refuseOutput(target, refusal, session);
    } catch (error) {
      // Whoever asked is gone, or the server is; the next one asks again.
      if (!session.aborted) this.log('info', 'an output was not sent to its end', { executionId: frame.executionId, stream: frame.stream, why: String(error) });
    } finally {
      this.transfers.delete(transfer);
    }
  }

  /** Undefined when it was sent, or why it cannot be. */
  private async send(transfer: Transfer, client: ServerClient, target: string, session: AbortSignal): Promise<OutputRefusal | undefined> {
    const { frame } = transfer;
    const known = this.source.output(frame.executionId);
    if (known === undefined) return { code: 'not-known', detail: 'the agent does not know this execution' };
    if (frame.follow && known.phase === 'forgotten') return { code: 'execution-ended', detail: 'the execution has ended' };
    this.look(transfer);
    const reader = new OutputReader(known.path(frame.stream));
    const over = new AbortController();
    const signal = AbortSignal.any([session, over.signal]);
    try {
      const length = await this.lengthOf(transfer, known, reader);
      if (typeof length === 'object') return length;
      const headers = { [OUTPUT_HEADER.state]: transfer.end === undefined ? 'running' : 'ended', ...(length !== undefined && { [OUTPUT_HEADER.length]: String(length) }) };
      const bytes = reader.read(frame.from, () => this.extent(transfer, length), () => this.more(transfer, signal));
      try {
        await client.sendOutput(target, bytes, headers, signal);
      } finally {
        // In this order: the reading ends before the file is closed under it.
        over.abort();
        await bytes.return().catch(() => undefined);
      }
      return undefined;
    } finally {
      await reader.close();
    }
  }

  /** How many bytes will come, undefined where that depends on the job; or why none will. */
  private async lengthOf({ frame, end }: Transfer, { phase }: KnownOutput, reader: OutputReader): Promise<number | OutputRefusal | undefined> {
    const size = await reader.size().catch((error: unknown) => unreadable(error));
    if (typeof size === 'object') return size;
    const mayCome = phase === 'open' || phase === 'ending';
    if (size === undefined && !mayCome && end?.bytes !== 0) return { code: 'removed', detail: phase === 'forgotten' ? 'the agent has removed it (retention)' : 'the file is not there any more' };
    const there = size ?? 0;
    const until = end?.bytes ?? there;
    if (there < until) return { code: 'unreadable', detail: `the file has ${there} of its ${until} bytes` };
    if (frame.from > until) return { code: 'output-shorter', detail: `the output has ${until} bytes; from ${frame.from} on there is nothing` };
    return frame.follow && end === undefined ? undefined : until - frame.from;
  }

  private extent(transfer: Transfer, length: number | undefined): Extent {
    const { frame } = transfer;
    if (length !== undefined) return { bytes: frame.from + length };
    const phase = this.look(transfer);
    return transfer.end ?? (phase === 'open' ? 'open' : 'pending');
  }

  /** Remembers the end of an execution when it has come. */
  private look(transfer: Transfer): KnownOutput['phase'] | undefined {
    const { executionId, stream } = transfer.frame;
    if (transfer.end !== undefined) return 'ended';
    const known = this.source.output(executionId);
    if (known === undefined || known.phase === 'ended' || known.phase === 'forgotten') transfer.end = { bytes: known?.recorded(stream)?.bytes };
    return known?.phase;
  }

  private async more(transfer: Transfer, signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((resolve) => { transfer.wake = resolve; });
    const waited = new AbortController();
    try {
      await Promise.race([woken, wait(this.lookMs, undefined, { signal: AbortSignal.any([signal, waited.signal]) })]);
    } finally {
      waited.abort();
    }
  }
}

function unreadable(error: unknown): OutputRefusal {
  if (error instanceof UnreadableOutputError) return { code: 'unreadable', detail: error.message };
  throw error;
}
