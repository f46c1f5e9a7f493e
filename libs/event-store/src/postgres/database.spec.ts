import { appendOneByOne, event, events, everything, nameOf, until } from '../../test-support/facts.js';
import { CorruptLogError, StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';
import type { EventStore, ExpectedRevision } from '../event-store.port.js';
import { PostgresServer } from '../testing/postgres-server.js';
import { Connection } from './connection.js';
import { openPostgresEventStore } from './open-postgres-event-store.js';
import { ForeignDatabaseError } from './postgres.errors.js';
import { postgresAddress } from './postgres-address.js';

let database: PostgresServer;
let url: string;
let schema: string;
let admin: Connection;
const opened: EventStore[] = [];

beforeAll(async () => {
  database = await PostgresServer.start();
}, 60_000);
afterAll(() => database.remove());
beforeEach(async () => {
  url = database.freshUrl();
  ({ schema } = postgresAddress(url));
  admin = await Connection.open(postgresAddress(url).targets[0]!, 10_000);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await admin.end();
});

async function open(where = url): Promise<EventStore> {
  const store = await openPostgresEventStore({ url: where });
  opened.push(store);
  return store;
}

describe('the table', () => {
  it('is made once when many servers are started at once', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => open()));
    await stores[0]!.append('run-1', 'none', [event('a')]);
    for (const store of stores) expect((await everything(store.readAll())).map(nameOf)).toEqual(['a']);
  });

  it('is refused when it is somebody else\'s', async () => {
    await admin.run(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.appends (id integer)`);
    await expect(open()).rejects.toThrow(ForeignDatabaseError);
  });

  it('is refused when a later Kiroku made it', async () => {
    await (await open()).append('run-1', 'none', [event('a')]);
    await admin.run(`COMMENT ON TABLE ${schema}.appends IS 'Kiroku log, schema 3'`);
    await expect(open()).rejects.toThrow('written by a later Kiroku (schema 3; this one knows up to 2)');
  });

  it('of the first version becomes one of this, with all that is in it', async () => {
    await (await open()).append('run-1', 'none', [event('a')]);
    await admin.run(`DROP TABLE ${schema}.presence; COMMENT ON TABLE ${schema}.appends IS 'Kiroku log, schema 1'`);
    const stores = await Promise.all([open(), open()]);
    await stores[0].presence!.say('one', 'here');
    expect(await stores[1].presence!.heard()).toEqual(new Map([['one', 'here']]));
    expect((await everything(stores[1].readAll())).map(nameOf)).toEqual(['a']);
  });

  it('keeps two logs in one database apart', async () => {
    const [one, two] = [await open(), await open(database.freshUrl())];
    await one.append('run-1', 'none', [event('a')]);
    expect(await two.append('run-1', 'none', [event('a')])).toEqual({ revision: 0, position: 1n });
  });
});

describe('writers of two servers', () => {
  it('that race on the same streams win each revision once, in an order that both see', async () => {
    const [one, two] = [await open(), await open()];
    const write = async (store: EventStore, writer: string): Promise<void> => {
      for (let stream = 0; stream < 4; stream += 1) {
        let expected: ExpectedRevision = 'none';
        for (let won = 0; won < 20; won += 1) {
          for (let isIn = false; !isIn;) {
            try {
              expected = (await store.append(`run-${stream}`, expected, events(`${writer}/${stream}/${won}`, 2))).revision;
              isIn = true;
            } catch (error) {
              if (!(error instanceof WrongExpectedRevisionError)) throw error;
              expected = error.actual;
            }
          }
        }
      }
    };
    const total = 4 * 4 * 20 * 2;
    const seen = [one, two].map((store) => until(store, { isEnough: ({ length }) => length >= total }));
    await Promise.all([write(one, 'a'), write(two, 'b'), write(one, 'c'), write(two, 'd')]);
    const all = await everything(one.readAll());
    expect(all.map(({ position }) => position)).toEqual(Array.from({ length: total }, (_, index) => BigInt(index + 1)));
    expect(new Set(all.map(({ stream, revision }) => `${stream} ${revision}`)).size).toBe(total);
    for (const each of seen) expect(await each).toEqual(all);
  }, 60_000);

  it('wake each other\'s subscribers, and each sees at once what the other was answered', async () => {
    const [one, two] = [await open(), await open()];
    const subscription = two.subscribe()[Symbol.asyncIterator]();
    for (let index = 0; index < 10; index += 1) {
      const next = subscription.next();
      const { position } = await one.append(`run-${index}`, 'none', [event(`${index}`)]);
      expect(await two.head()).toBe(position);
      expect((await next).value?.map(nameOf)).toEqual([`${index}`]);
      await two.append(`run-${index}`, 0, [event(`${index}, seen`)]);
      expect((await subscription.next()).value?.map(nameOf)).toEqual([`${index}, seen`]);
    }
  });

  it('are heard of also where notifications do not arrive', async () => {
    const [one, two] = [await open(), await open()];
    const subscription = two.subscribe()[Symbol.asyncIterator]();
    await one.append('run-1', 'none', [event('a')]);
    await subscription.next();
    const next = subscription.next();
    // Written as somebody would who tells nobody.
    await admin.run(`INSERT INTO ${schema}.appends SELECT position + 1, stream, revision + 1, count, metadata, events FROM ${schema}.appends`);
    expect((await next).value).toMatchObject([{ revision: 1 }]);
  });
});

describe('what a database says is sorted', () => {
  it('into corrupt, when an append is missing in the middle', async () => {
    const store = await open();
    await appendOneByOne(store, 'run-1', ['a', 'b', 'c']);
    await admin.run(`DELETE FROM ${schema}.appends WHERE position = 2`);
    await expect(everything(store.readAll())).rejects.toThrow(CorruptLogError);
    await expect(everything((await open()).subscribe())).rejects.toThrow(CorruptLogError);
  });

  it('into corrupt, when the log went back, for who appends, asks and follows', async () => {
    const [writer, follower] = [await open(), await open()];
    const subscription = follower.subscribe()[Symbol.asyncIterator]();
    await writer.append('run-1', 'none', [event('a')]);
    await subscription.next();
    const next = subscription.next();
    await admin.run(`DELETE FROM ${schema}.appends`);
    await expect(next).rejects.toThrow('the log went back: it ends at position 0, and had 1 before');
    await expect(follower.head()).rejects.toThrow(CorruptLogError);
    await expect(writer.append('run-2', 'none', [event('b')])).rejects.toThrow(CorruptLogError);
  });

  it('into corrupt, when the table is gone', async () => {
    const store = await open();
    await admin.run(`DROP TABLE ${schema}.appends`);
    await expect(store.head()).rejects.toThrow(CorruptLogError);
    await expect(store.append('run-1', 'none', [event('a')])).rejects.toThrow(CorruptLogError);
  });

  it('into unavailable, at once, when it refuses, and never with the password', async () => {
    const wrong = url.replace('/postgres?', '/nowhere?');
    await expect(openPostgresEventStore({ url: wrong })).rejects.toThrow(StoreUnavailableError);
    await expect(openPostgresEventStore({ url: wrong })).rejects.toThrow(/^127\.0\.0\.1:\d+\/nowhere: database "nowhere" does not exist$/);
  });

  it('and waits for one that is not there, until its signal aborts', async () => {
    const giveUp = new AbortController();
    const told: string[] = [];
    const away = openPostgresEventStore({
      url: 'postgres://ann:geheim@127.0.0.1:1/kiroku', signal: giveUp.signal,
      onWaiting: (sentence) => {
        told.push(sentence);
        giveUp.abort(new Error('waited long enough'));
      },
    });
    await expect(away).rejects.toThrow('waited long enough');
    expect(told).toEqual([expect.stringMatching(/^the log cannot be had yet; waiting: 127\.0\.0\.1:1\/kiroku: .*ECONNREFUSED/)]);
    expect(told.join()).not.toContain('geheim');
  });
});

describe('the URL of a log in PostgreSQL', () => {
  it('names one host or several, a database, and a schema', () => {
    expect(postgresAddress('postgres://ann:p%40ss@a:1,b/kiroku?schema=other')).toEqual({
      schema: 'other',
      targets: [{ url: 'postgres://ann:p%40ss@a:1/kiroku?schema=other', told: 'a:1/kiroku' }, { url: 'postgres://ann:p%40ss@b/kiroku?schema=other', told: 'b/kiroku' }],
    });
    expect(postgresAddress('postgresql://h/db').schema).toBe('kiroku');
  });

  it.each(['postgres://ann:geheim@h:port/db', 'postgres:ann:geheim@h', 'postgres://ann:geheim@h/db?schema=a;drop', 'mysql://ann:geheim@h'])('is refused without being repeated: %s', (wrong) => {
    expect(() => postgresAddress(wrong)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('geheim') }));
    expect(() => postgresAddress(wrong)).not.toThrow(expect.objectContaining({ input: expect.anything() }));
  });
});
