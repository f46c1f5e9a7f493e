import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes a read: large enough for a fast disk, small enough that eight transfers are nothing. */
const CHUNK_BYTES = 64 * 1024;

/** What is there cannot be sent as what was asked for: a directory, a FIFO, a link, or a file that lost some of its bytes. */
export class UnreadableOutputError extends Error {
  override readonly name = 'UnreadableOutputError';
}

/** How far an output goes. `pending`: not known yet, and nothing more may be sent before it is. */
export type Extent = 'open' | 'pending' | { readonly bytes: number | undefined };

/** Reads one output file, also while a job writes to it. Whoever opens it closes it. */
export class OutputReader {
  private file: FileHandle | undefined;

  constructor(private readonly path: string) {}

  /**
   * Opens the file when it is there; undefined when it is not (yet). A job may have put anything in its place: a link is not followed, and a
   * FIFO does not hold the agent.
   *
   * @throws UnreadableOutputError
   */
  async size(): Promise<number | undefined> {
    try {
      this.file ??= await open(this.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new UnreadableOutputError(`the output cannot be opened: ${(error as Error).message}`);
    }
    const stat = await this.file.stat();
    if (!stat.isFile()) throw new UnreadableOutputError('the output is no file any more');
    return stat.size;
  }

  /**
   * The bytes from an offset on, read as fast as they are taken, until the extent is known and reached.
   *
   * @param extent how far it goes; what it had when it was still open counts, what came after the end may not
   * @param more resolves when it is worth another look
   * @throws UnreadableOutputError when it is shorter than it has to be: what was sent is not the whole, and must not look so
   */
  async *read(from: number, extent: () => Extent, more: () => Promise<void>): AsyncGenerator<Uint8Array, void> {
    for (let at = from;;) {
      let size = await this.size() ?? 0;
      const known = extent();
      // Written between the look and the end.
      if (typeof known === 'object') size = await this.size() ?? 0;
      const until = known === 'pending' ? at : known === 'open' ? size : (known.bytes ?? size);
      if (size < at || size < until) throw new UnreadableOutputError(`the output has ${size} bytes, and there were ${Math.max(at, until)} before`);
      if (at > until) throw new UnreadableOutputError(`${at} bytes were sent, and the output has ${until}`);
      while (at < until) {
        const chunk = await this.chunk(at, until);
        at += chunk.length;
        yield chunk;
      }
      if (typeof known === 'object') return;
      await more();
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
  }

  private async chunk(at: number, until: number): Promise<Uint8Array> {
    // One of its own each time: the socket may still hold the one before.
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, until - at));
    const { bytesRead } = await this.file!.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new UnreadableOutputError(`the output ends at ${at}, and it had ${until} bytes a moment ago`);
    return buffer.subarray(0, bytesRead);
  }
}
