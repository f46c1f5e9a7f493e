/** One block of server-sent events: where the log is up to here, and the event of it, if the block brings one. */
export interface Block {
  readonly id?: string;
  readonly data?: string;
}

/** More than any event has, in characters: a stream without an end of line must not fill the memory. */
const MAX_BLOCK_LENGTH = 8 * 1024 * 1024;

/**
 * Reads server-sent events; names, times and comments mean nothing here. A block that broke off is none.
 *
 * @throws Error for what is no stream of events
 */
export async function* readBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Block, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of chunks) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    if (rest.length > MAX_BLOCK_LENGTH) throw new Error('the stream does not come to the end of an event');
    for (const block of blocks) yield parsed(block);
  }
}

function parsed(block: string): Block {
  const valuesOf = (field: string) => block.split(/\r?\n/).filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ''));
  const [id, data] = [valuesOf('id').at(-1), valuesOf('data')];
  return { ...(id === undefined ? {} : { id }), ...(data.length === 0 ? {} : { data: data.join('\n') }) };
}
