import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { OutputSummary } from '#events/output';

const TAIL_BYTES = 4096;
const CHUNK_BYTES = 256 * 1024;

/**
 * Size, hash and end of an output file as it is now; what a left-over process adds later is not counted. Streams, so that
 * any size will do. A file that cannot be read does not hold a result back: it is said in the tail.
 */
export async function summarise(path: string): Promise<OutputSummary> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await summaryOf(file, (await file.stat()).size);
  } catch (error) {
    return { bytes: 0, tail: `(the output cannot be read: ${error instanceof Error ? error.message : String(error)})`, truncated: true };
  } finally {
    await file?.close();
  }
}

async function summaryOf(file: FileHandle, bytes: number): Promise<OutputSummary> {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(Math.min(bytes, CHUNK_BYTES));
  let tail = Buffer.alloc(0);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, bytes - done), done);
    // Somebody cut the file meanwhile: what is there is what there is.
    if (bytesRead === 0) break;
    const part = chunk.subarray(0, bytesRead);
    hash.update(part);
    tail = Buffer.from(Buffer.concat([tail, part.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES));
    done += bytesRead;
  }
  const truncated = done > tail.length;
  return { bytes: done, sha256: hash.digest('hex'), tail: decode(truncated ? fromCharacter(tail) : tail), truncated };
}

/** Drops the rest of a character that the cut went through: at most three continuation bytes. */
function fromCharacter(tail: Buffer): Buffer {
  const start = tail.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return start > 0 ? tail.subarray(start) : tail;
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
