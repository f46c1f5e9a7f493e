import type { Frame } from '#protocol/agent-link';
import { dispatchOf } from '../../test-support/kept-agent.js';
import { MalformedStreamError, readFrames } from './frame-reader.js';

const encoder = new TextEncoder();

async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}

/** Everything that was read, signs of life too. */
async function readAll(...chunks: (string | Uint8Array)[]): Promise<(Frame | undefined)[]> {
  const read: (Frame | undefined)[] = [];
  for await (const frame of readFrames(chunksOf(...chunks))) read.push(frame);
  return read;
}

async function framesIn(...chunks: (string | Uint8Array)[]): Promise<Frame[]> {
  return (await readAll(...chunks)).filter((frame) => frame !== undefined);
}

/** As a server writes it. */
function eventOf(frame: Frame): string {
  return `id: 1\nevent: ${frame.kind}\ndata: ${JSON.stringify(frame)}\n\n`;
}

const one = dispatchOf(1, 'echo größer 記録 🎌', 3);
const two: Frame = { kind: 'cancel', session: 3, position: '2', executionId: 'run~job~1', runId: 'run', jobId: 'job' };

describe('frames', () => {
  it('are read wherever the network cuts them, also in the middle of a character', async () => {
    const bytes = encoder.encode(`: welcome\n\n${eventOf(one)}${eventOf(two)}`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await framesIn(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([one, two]);
    }
  });

  it('are read byte by byte', async () => {
    const bytes = encoder.encode(`${eventOf(one)}: still here\n\n${eventOf(two)}`);
    expect(await framesIn(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual([one, two]);
  });

  it('are read in their order when several come at once', async () => {
    const many = Array.from({ length: 50 }, (_, index) => dispatchOf(index + 1, 'true', 3));
    expect(await framesIn(many.map(eventOf).join(''))).toEqual(many);
  });

  it('are read with the line ends of any author, cut anywhere', async () => {
    const bytes = encoder.encode(`: welcome\r\n\r\n${eventOf(one).replaceAll('\n', '\r\n')}${eventOf(two).replaceAll('\n', '\r\n')}`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await framesIn(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([one, two]);
    }
  });

  it('are read when their data comes in several lines', async () => {
    const [head = '', tail = ''] = [JSON.stringify(two).slice(0, 17), JSON.stringify(two).slice(17)];
    expect(await framesIn(`data:${head}\ndata: ${tail}\n\n`)).toEqual([two]);
  });

  it('count only when they are whole: the end of the stream delivers nothing half', async () => {
    expect(await framesIn(eventOf(one), eventOf(two).slice(0, -1))).toEqual([one]);
  });
});

describe('a sign of life', () => {
  it('is every chunk, a comment too', async () => {
    expect(await readAll(': welcome\n\n', ': still here\n\n')).toEqual([undefined, undefined]);
  });

  it('is given before the frames of its chunk', async () => {
    expect(await readAll(eventOf(two))).toEqual([undefined, two]);
  });

  it('is all that an event without data means', async () => {
    expect(await readAll('event: ping\n\nid: 7\n\n\n\n', 'data:\n\n')).toEqual([undefined, undefined]);
  });
});

describe('a stream that is not ours', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ['garbage for JSON', 'data: {"kind":\n\n', /no JSON/],
    ['JSON that is no frame', 'data: {"kind":"reboot","session":3}\n\n', /no frame/],
    ['a frame with a part missing', `data: ${JSON.stringify({ ...two, executionId: undefined })}\n\n`, /no frame/],
    ['an execution id that climbs out of its directory', `data: ${JSON.stringify({ ...two, executionId: '../../x~a~1' })}\n\n`, /no frame/],
    ['a position that is no number', `data: ${JSON.stringify({ ...two, position: '-1' })}\n\n`, /no frame/],
    ['a null', 'data: null\n\n', /no frame/],
    ['bytes that are no UTF-8', Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a), /no UTF-8/],
  ])('is told by %s', async (_what, chunk, message) => {
    const reading = framesIn(chunk);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toBeInstanceOf(MalformedStreamError);
  });

  it('gives what came before its fault, and nothing after it', async () => {
    const read: (Frame | undefined)[] = [];
    const reading = (async () => {
      for await (const frame of readFrames(chunksOf(eventOf(two), `data: ?\n\n${eventOf(one)}`))) if (frame !== undefined) read.push(frame);
    })();
    await expect(reading).rejects.toBeInstanceOf(MalformedStreamError);
    expect(read).toEqual([two]);
  });

  it('does not fill the memory: an event without an end is given up at 1 MiB', async () => {
    let given = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        given += 64 * 1024;
        yield encoder.encode(`${given === 64 * 1024 ? 'data: ' : ''}${'x'.repeat(64 * 1024)}`);
      }
    }
    const reading = (async () => {
      for await (const frame of readFrames(endless())) expect(frame).toBeUndefined();
    })();
    await expect(reading).rejects.toThrow('more than 1048576 characters');
    expect(given).toBeLessThanOrEqual(1024 * 1024 + 64 * 1024);
  });
});
