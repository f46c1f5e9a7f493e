import { EventEmitter } from 'node:events';
import type { RecordedEvent } from '#event-store/event-store.port';
import { waitFor } from '../../../../test/support/wait-for.js';
import { metadataBy } from '../../test-support/run-log.js';
import { STALLED_AFTER_MS, Watcher } from './watcher.js';

/** Takes so many blocks, then nothing until it is drained. */
class Connection extends EventEmitter {
  readonly taken: string[] = [];
  writableNeedDrain = false;
  isDestroyed = false;

  constructor(private room: number) {
    super();
  }

  write(text: string): boolean {
    this.taken.push(text);
    this.room -= 1;
    this.writableNeedDrain = this.room <= 0;
    return !this.writableNeedDrain;
  }

  drain(room: number): void {
    this.room = room;
    this.writableNeedDrain = false;
    this.emit('drain');
  }

  end(text: string): this {
    this.taken.push(text);
    this.emit('close');
    return this;
  }

  destroy(): this {
    this.isDestroyed = true;
    this.emit('close');
    return this;
  }
}

const LOG_LENGTH = 1000;
let pulled: bigint;

async function* events(_filter: unknown, after = 0n): AsyncIterable<RecordedEvent> {
  for (let position = after + 1n; position <= BigInt(LOG_LENGTH); position += 1n) {
    pulled = position;
    yield { id: `e${position}`, type: 'JobSkipped', schemaVersion: 1, data: {}, metadata: metadataBy({ kind: 'server', id: 's' }), stream: 'run-R1', revision: Number(position), position };
  }
}

function watching(connection: Connection, folded = () => BigInt(LOG_LENGTH)): { watcher: Watcher; over: Promise<void> } {
  const watcher = new Watcher({ trail: { events }, filter: {}, folded, isAllowed: () => true }, connection as never, 0n);
  return { watcher, over: watcher.run() };
}

const positionsIn = (connection: Connection) => connection.taken.flatMap((text) => (text.includes('data:') ? [Number(/^id: (\d+)/.exec(text)?.[1])] : []));

beforeEach(() => (pulled = 0n));

describe('a slow watcher', () => {
  it('pulls no further than its connection takes, and loses nothing by that', async () => {
    const connection = new Connection(10);
    const { watcher, over } = watching(connection);
    await waitFor('the connection is full', () => connection.writableNeedDrain);
    expect(pulled).toBe(9n);
    for (let taken = 10; taken <= LOG_LENGTH; taken += 100) {
      connection.drain(100);
      await waitFor('it is full again, or all is said', () => connection.writableNeedDrain || positionsIn(connection).length === LOG_LENGTH);
    }
    expect(positionsIn(connection)).toEqual(Array.from({ length: LOG_LENGTH }, (_, index) => index + 1));
    watcher.end('the server stops');
    await over;
  });

  it('gets no beats into a connection that takes nothing', async () => {
    const connection = new Connection(10);
    const { watcher, over } = watching(connection);
    await waitFor('the connection is full', () => connection.writableNeedDrain);
    watcher.beat(0);
    expect(connection.taken).toHaveLength(10);
    watcher.end('the server stops');
    await over;
  });

  it('is cut when it has taken nothing for long, and only then', async () => {
    const connection = new Connection(10);
    const { watcher, over } = watching(connection);
    await waitFor('the connection is full', () => connection.writableNeedDrain);
    watcher.beat(0);
    watcher.beat(STALLED_AFTER_MS - 1);
    connection.drain(10);
    await waitFor('it is full again', () => connection.writableNeedDrain);
    connection.writableNeedDrain = false;
    watcher.beat(STALLED_AFTER_MS);
    connection.writableNeedDrain = true;
    watcher.beat(STALLED_AFTER_MS + 1);
    expect(connection.isDestroyed).toBe(false);
    watcher.beat(2 * STALLED_AFTER_MS + 1);
    expect(connection.isDestroyed).toBe(true);
    await over;
  });
});

describe('a watcher of a log that is longer than what is folded', () => {
  it('is shown what is folded, and the rest when that is folded too', async () => {
    let folded = 400n;
    const connection = new Connection(Infinity);
    const { watcher, over } = watching(connection, () => folded);
    await waitFor('it looked beyond', () => pulled === 401n);
    expect(positionsIn(connection)).toHaveLength(400);
    folded = BigInt(LOG_LENGTH);
    watcher.wake();
    await waitFor('it has seen all', () => positionsIn(connection).length >= LOG_LENGTH);
    expect(positionsIn(connection)).toEqual(Array.from({ length: LOG_LENGTH }, (_, index) => index + 1));
    watcher.end('the server stops');
    await over;
  });
});
