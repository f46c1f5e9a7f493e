import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { appendOneByOne, event, everything, nameOf, namesIn, until } from '../../test-support/facts.js';
import type { EventStore } from '../event-store.port.js';
import { PostgresServer } from '../testing/postgres-server.js';
import { Connection } from './connection.js';
import { openPostgresEventStore } from './open-postgres-event-store.js';
import { postgresAddress } from './postgres-address.js';
import { beginAlone } from './schema.js';

let database: PostgresServer;
let url: string;
const opened: EventStore[] = [];
/** Who sees to the database besides the stores. */
let admin: Connection;

beforeAll(async () => {
  database = await PostgresServer.start();
}, 60_000);
afterAll(() => database.remove());
beforeEach(async () => {
  url = database.freshUrl();
  admin = await Connection.open(postgresAddress(url).targets[0]!, 10_000);
});
afterEach(async () => {
  await admin.end();
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

async function open(where = url): Promise<EventStore> {
  const store = await openPostgresEventStore({ url: where });
  opened.push(store);
  return store;
}

const names = (writer: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${writer}/${index}`);

const endOthers = () => admin.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'kiroku'`);

describe('a database that is killed in the middle of appends', () => {
  it('has everything that was answered once it is there again, three times on one log, and its callers notice nothing', async () => {
    const store = await open();
    const writers = Array.from({ length: 8 }, (_, writer) => `w${writer}`);
    for (let kill = 0; kill < 3; kill += 1) {
      const struck = store.head().then((head) => until(store, { ...(head === undefined ? {} : { after: head }), isEnough: ({ length }) => length >= 40 }))
        .then(() => database.kill()).then(() => database.restart());
      await Promise.all([struck, ...writers.map((writer) => appendOneByOne(store, `run-${writer}-${kill}`, names(`${writer}-${kill}`, 40)))]);
      for (const writer of writers) expect(await namesIn(store, `run-${writer}-${kill}`)).toEqual(names(`${writer}-${kill}`, 40));
    }
    expect(await everything(store.readAll())).toHaveLength(3 * 8 * 40);
    expect(await store.head()).toBe(BigInt(3 * 8 * 40));
    expect(store.figures?.retries).toBeGreaterThan(0);
  }, 90_000);
});

describe('connections that are ended', () => {
  it('under a subscription and its writers, again and again, leave no gap and no double', async () => {
    const store = await open();
    const other = await open();
    const total = 4 * 100;
    const here = until(store, { isEnough: ({ length }) => length >= total });
    const there = until(other, { isEnough: ({ length }) => length >= total });
    let writing = true;
    const ending = (async () => {
      while (writing) {
        await endOthers();
        await store.append(`ended-${await store.head()}`, 'none', []);
      }
    })();
    await Promise.all([0, 1, 2, 3].map((writer) => appendOneByOne(writer < 2 ? store : other, `run-${writer}`, names(`${writer}`, 100))));
    writing = false;
    await ending;
    const all = (await everything(store.readAll())).map(nameOf);
    expect(all).toHaveLength(total);
    expect((await here).map(nameOf)).toEqual(all);
    expect((await there).map(nameOf)).toEqual(all);
  }, 60_000);
});

/** Lets everything pass until it is told to swallow the answer to the next COMMIT, with the connection. */
class ForgetfulProxy {
  swallowed = 0;
  private swallowing = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<ForgetfulProxy> {
    const server = createServer();
    const proxy = new ForgetfulProxy(server);
    server.on('connection', (client) => proxy.join(client, connect(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as { readonly port: number }).port;
  }

  swallowNextCommit(): void {
    this.swallowing = true;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private join(client: Socket, upstream: Socket): void {
    const both = [client, upstream];
    client.on('data', (chunk: Buffer) => upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => {
      if (!this.swallowing || !chunk.includes('COMMIT\0')) return void client.write(chunk);
      this.swallowing = false;
      this.swallowed += 1;
      client.destroy();
    });
    for (const socket of both) {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => both.forEach((each) => each.destroy()));
    }
  }
}

describe('an answer that is lost after COMMIT', () => {
  it('is found by the repeat: the append is there once, and its caller hears its place', async () => {
    const proxy = await ForgetfulProxy.to(database.port);
    const store = await open(url.replace(String(database.port), String(proxy.port)));
    const first = await store.append('run-1', 'none', [event('a')]);
    const seen = until(store, { isEnough: ({ length }) => length >= 3 });
    proxy.swallowNextCommit();
    const [second, conflict] = await Promise.allSettled([store.append('run-1', 0, [event('b')]), store.append('run-1', 0, [event('not b')])]);
    expect(proxy.swallowed).toBe(1);
    expect(second).toEqual({ status: 'fulfilled', value: { revision: 1, position: first.position + 1n } });
    expect(conflict).toMatchObject({ status: 'rejected', reason: { name: 'WrongExpectedRevisionError', actual: 1 } });
    await store.append('run-1', 1, [event('c')]);
    expect((await seen).map(nameOf)).toEqual(['a', 'b', 'c']);
    expect(await namesIn(store, 'run-1')).toEqual(['a', 'b', 'c']);
    await store.close();
    proxy.close();
  });
});

describe('a server that falls silent while it has the log to itself', () => {
  it('keeps the others waiting for a moment, not for ever', async () => {
    const store = await open();
    const silent = await Connection.open(postgresAddress(url).targets[0]!, 10_000);
    await silent.run(beginAlone(postgresAddress(url).schema));
    expect(await store.append('run-1', 'none', [event('a')])).toEqual({ revision: 0, position: 1n });
    await silent.end();
    expect(silent.isBroken).toBe(true);
  });
});

describe('a fail-over', () => {
  const unused = async (): Promise<number> => {
    const proxy = await ForgetfulProxy.to(1);
    const { port } = proxy;
    proxy.close();
    return port;
  };

  it('to another host of the URL is followed', async () => {
    const store = await open(url.replace('127.0.0.1', `127.0.0.1:${await unused()},127.0.0.1`));
    expect(await store.append('run-1', 'none', [event('a')])).toMatchObject({ revision: 0 });
    await endOthers();
    expect(await store.append('run-1', 0, [event('b')])).toMatchObject({ revision: 1 });
  });

  it('that leaves a database which takes no writes is an outage, also for connections that live on', async () => {
    const store = await open();
    await store.append('run-1', 'none', [event('a')]);
    await admin.run(`ALTER ROLE kiroku SET default_transaction_read_only = on`);
    try {
      await endOthers();
      await expect(store.append('run-1', 0, [event('b')])).rejects.toMatchObject({ name: 'StoreUnavailableError', message: expect.stringContaining('takes no writes') });
    } finally {
      await admin.run(`ALTER ROLE kiroku RESET default_transaction_read_only`);
    }
    expect(await store.append('run-1', 0, [event('b')])).toMatchObject({ revision: 1 });
  });
});
