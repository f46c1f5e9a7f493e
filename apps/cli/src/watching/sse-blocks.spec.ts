import { type Block, readBlocks } from './sse-blocks.js';

async function read(...chunks: (string | Uint8Array)[]): Promise<Block[]> {
  async function* bytes(): AsyncIterable<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  const blocks: Block[] = [];
  for await (const block of readBlocks(bytes())) blocks.push(block);
  return blocks;
}

describe('server-sent events', () => {
  it('are blocks with an id, data, or neither', async () => {
    expect(await read(': hello\n\nid: 1\n\nid:2\ndata: {}\n\n')).toEqual([{}, { id: '1' }, { id: '2', data: '{}' }]);
  });

  it('may be cut anywhere, also within a character', async () => {
    const bytes = new TextEncoder().encode('id: 1\r\ndata: "記"\r\n\r\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) expect(await read(bytes.slice(0, cut), bytes.slice(cut))).toEqual([{ id: '1', data: '"記"' }]);
  });

  it('that broke off are none', async () => expect(await read('id: 1\ndata: 1\n\nid: 2\ndata: 2\n')).toEqual([{ id: '1', data: '1' }]));
  it('may have data of several lines', async () => expect(await read('data: a\ndata: b\n\n')).toEqual([{ data: 'a\nb' }]));
  it('do not fill the memory', async () => await expect(read(...Array.from({ length: 9 }, () => 'x'.repeat(1024 * 1024)))).rejects.toThrow('does not come to the end'));
});
