import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Announcement } from './output-transfers.js';

/**
 * The bytes of one output on their way from an agent to somebody who reads. They pass as fast as they are taken, and whatever breaks on one side
 * breaks the other, so that a part never looks like the whole.
 */
export class OutputTransfer {
  readonly length: number | undefined;
  readonly isEnded: boolean;
  /** Resolves when nothing more passes, whatever the reason. */
  readonly over: Promise<void>;
  private readonly body: Readable;

  constructor({ body, length, isEnded }: Announcement, private readonly stalledAfterMs: number) {
    this.body = body;
    this.length = length;
    this.isEnded = isEnded;
    // A connection that is gone says so by `close`; in between it must not end the process.
    body.on('error', () => undefined);
    this.over = new Promise((resolve) => {
      if (body.destroyed) resolve();
      else body.once('close', resolve);
    });
  }

  /** Ends it on both sides. */
  cut(): void {
    this.body.destroy();
  }

  cutOn(signal: AbortSignal): void {
    const cut = () => this.cut();
    if (signal.aborted) return cut();
    signal.addEventListener('abort', cut);
    this.whenOver(() => signal.removeEventListener('abort', cut));
  }

  whenOver(then: () => void): void {
    void this.over.then(then);
  }

  /** Passes everything on. Never throws: whoever reads sees by the connection how it ended. */
  async pipe(to: ServerResponse): Promise<void> {
    await pipeline(this.body, (chunks: AsyncIterable<Uint8Array>) => this.asAnnounced(chunks), to).catch(() => to.destroy());
    this.cut();
  }

  /** Not a byte more than was announced, and no proper end with one less. */
  private async *asAnnounced(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    let passed = 0;
    for await (const chunk of chunks) {
      passed += chunk.length;
      if (this.length !== undefined && passed > this.length) throw new Error('the agent sent more than it announced');
      const stalled = setTimeout(() => this.cut(), this.stalledAfterMs).unref();
      yield chunk;
      clearTimeout(stalled);
    }
    if (this.length !== undefined && passed < this.length) throw new Error('the agent sent less than it announced');
  }
}
