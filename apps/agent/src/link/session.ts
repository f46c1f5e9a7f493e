import type { Frame, LeaveFrame } from '#protocol/agent-link';
import type { ExecutionKeeper } from '../executions/execution-keeper.js';
import type { KeeperLog } from '../executions/keeper-options.js';
import type { OutputSender } from '../outputs/output-sender.js';
import { readFrames } from './frame-reader.js';
import { LINK_PACE } from './link-pace.js';
import { Reconciliation } from './reconciliation.js';
import type { ReportSender } from './report-sender.js';
import type { ServerClient } from './server-client.js';

/** The session is over, and its server is none to ask again first: it hangs, or is cut off from the log, and would only keep the agent waiting. */
export class GoElsewhereError extends Error {
  override readonly name = 'GoElsewhereError';
}

/** One session with one server: frames come down, reports go up, what both hold is compared, until one of them ends it. */
export class Session {
  constructor(
    private readonly client: ServerClient,
    private readonly keeper: ExecutionKeeper,
    private readonly sender: ReportSender,
    private readonly outputs: OutputSender,
    private readonly log: KeeperLog,
    private readonly path: string,
    readonly number: number,
    private readonly pace = LINK_PACE,
  ) {}

  /** @param onConnected called when the stream of frames is open */
  async run(outer: AbortSignal, onConnected: () => void): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([outer, over.signal]);
    try {
      const chunks = await this.client.stream(`${this.path}/dispatches?session=${this.number}`, signal);
      onConnected();
      const reconciliation = new Reconciliation(this.client, this.keeper, this.log, this.pace.inventoryMs);
      await Promise.race([
        this.take(chunks, over), this.sender.run(this.client, `${this.path}/reports`, this.number, signal), reconciliation.run(`${this.path}/inventory`, this.number, signal),
      ]);
      over.signal.throwIfAborted();
    } catch (error) {
      // Whatever gave way to it first, the silence is the reason.
      throw over.signal.aborted ? over.signal.reason : error;
    } finally {
      over.abort();
    }
  }

  private async take(chunks: AsyncIterable<Uint8Array>, over: AbortController): Promise<void> {
    const silence = setTimeout(() => over.abort(new GoElsewhereError('the server has said nothing for three heartbeats')), this.pace.deadAfterMs);
    try {
      for await (const frame of readFrames(chunks)) {
        silence.refresh();
        // Frames of an older session are ignored: whoever sent them does not know what this one knows.
        if (frame?.session !== this.number) continue;
        if (frame.kind === 'leave') throw new GoElsewhereError(`the server ended the session: ${frame.reason}`);
        this.hand(frame, over.signal);
      }
      throw new Error('the server ended the connection');
    } finally {
      clearTimeout(silence);
    }
  }

  /** In their order, without waiting: the journal syncs many at a time. */
  private hand(frame: Exclude<Frame, LeaveFrame>, over: AbortSignal): void {
    this.taken(frame, over).catch((error: unknown) => this.log('error', `a ${frame.kind} could not be taken`, { ...('position' in frame && { position: frame.position }), error: String(error) }));
  }

  private taken(frame: Exclude<Frame, LeaveFrame>, over: AbortSignal): Promise<void> {
    switch (frame.kind) {
      case 'dispatch': return this.keeper.offer(frame);
      case 'cancel': return this.keeper.cancel(frame);
      case 'stop': return this.keeper.stop(frame);
      // It ends with the session: the server that asked is gone with it.
      case 'output': return this.outputs.answer(frame, this.client, this.path, over);
    }
  }
}
