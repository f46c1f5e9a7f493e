import { TextDecoder } from 'node:util';
import { frame, type Frame } from '#protocol/agent-link';

/** More than any frame has: a stream without an end of line must not fill the memory. In characters. */
const MAX_EVENT_LENGTH = 1024 * 1024;

/** The stream says something that is no frame of ours. The session ends; nothing was lost, because nothing was acknowledged. */
export class MalformedStreamError extends Error {
  override readonly name = 'MalformedStreamError';
}

/**
 * Reads server-sent events, of which only `data` means anything here; lines end as their author pleases. Yields a frame, or undefined for a mere sign of life.
 *
 * @throws MalformedStreamError
 */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Frame | undefined> {
  // A character that broke on the way must not end up in a command.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let buffer = '';
  for await (const chunk of chunks) {
    buffer += decoded(decoder, chunk);
    const events = buffer.split(/\r?\n\r?\n/);
    buffer = events.pop() ?? '';
    if (buffer.length > MAX_EVENT_LENGTH) throw new MalformedStreamError(`an event of more than ${MAX_EVENT_LENGTH} characters`);
    yield undefined;
    for (const event of events) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trimStart()).join('\n');
      if (data !== '') yield parse(data);
    }
  }
}

function decoded(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new MalformedStreamError('bytes that are no UTF-8');
  }
}

function parse(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedStreamError('an event that is no JSON');
  }
  const result = frame.safeParse(value);
  if (!result.success) throw new MalformedStreamError(`an event that is no frame: ${result.error.issues[0]?.message ?? ''}`);
  return result.data;
}
