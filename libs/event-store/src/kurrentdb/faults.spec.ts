import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import type { EventStore } from '../event-store.port.js';
import { CorruptLogError, StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';
import { appendOneByOne, event, events, everything, nameOf, namesIn, until } from '../../test-support/facts.js';
import { KurrentDbStandIn, standInCluster } from '../../test-support/kurrentdb-stand-in.js';
import { openKurrentDbEventStore } from './open-kurrentdb-event-store.js';

/** Shorter than for a real server, so that the tests need not wait as long. */
const patience = { answerMs: 1_000, callMs: 8_000 };

describe('a store on KurrentDB', () => {
  const opened: EventStore[] = [];
  const nodes: KurrentDbStandIn[] = [];
  afterEach(async () => {
    for (const node of nodes) node.thaw();
    await Promise.all(opened.splice(0).map((store) => store.close()));
    for (const node of nodes.splice(0)) node.kill();
  });

  const one = async (): Promise<KurrentDbStandIn> => {
    const node = await new KurrentDbStandIn().start();
    nodes.push(node);
    return node;
  };
  const cluster = async (): Promise<readonly [KurrentDbStandIn, KurrentDbStandIn, KurrentDbStandIn]> => {
    const members = await standInCluster(3);
    nodes.push(...members);
    return members as [KurrentDbStandIn, KurrentDbStandIn, KurrentDbStandIn];
  };
  const open = async (url: string, ofItsOwn = patience): Promise<EventStore> => {
    const store = await openKurrentDbEventStore({ url, patience: ofItsOwn });
    opened.push(store);
    return store;
  };
  const clusterUrl = (members: readonly KurrentDbStandIn[]): string => `kurrentdb+discover://${members.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false`;
  const elect = (leader: KurrentDbStandIn, members: readonly KurrentDbStandIn[]): void => {
    for (const member of members) member.leader = leader;
  };

  it('writes once what it had to send again, because the answer was lost after the commit', async () => {
    const node = await one();
    const store = await open(node.url);
    await store.append('run-1', 'none', [event('a')]);
    node.loseAnswers(2);
    expect(await store.append('run-1', 0, events('b', 3))).toMatchObject({ revision: 3 });
    expect(node.appendsSeen).toBe(4);
    expect(await namesIn(store, 'run-1')).toEqual(['a', 'b/0', 'b/1', 'b/2']);
    expect(store.figures).toEqual({ retries: 2, renewedClients: expect.any(Number) as number });
  });

  it('says conflict when somebody else was faster than the repetition, and unavailable while nobody can know', async () => {
    const node = await one();
    const [store, other] = [await open(node.url), await open(node.url)];
    await store.append('run-1', 'none', [event('a')]);
    node.freeze();
    const slow = store.append('run-1', 0, [event('slow')]);
    const slowest = store.append('run-1', 5, [event('beyond')]);
    slow.catch(() => undefined);
    slowest.catch(() => undefined);
    await node.holds(4); // two attempts each
    node.thaw();
    expect(await slow).toMatchObject({ revision: 1 });
    await expect(slowest).rejects.toThrow(StoreUnavailableError);
    await expect(other.append('run-1', 0, [event('other')])).rejects.toThrow(WrongExpectedRevisionError);
    expect(await namesIn(store, 'run-1')).toEqual(['a', 'slow']);
  }, 30_000);

  it('finds its way back after an outage that has poisoned its client', async () => {
    const members = await cluster();
    const store = await open(clusterUrl(members));
    await store.append('run-1', 'none', [event('a')]);
    for (const member of members) member.kill();
    // Longer than ten discoveries of the client, after which it never appends again.
    await expect(store.append('run-1', 0, [event('b')])).rejects.toThrow(StoreUnavailableError);
    await Promise.all(members.map((member) => member.start()));
    expect(await store.append('run-1', 0, [event('b')])).toMatchObject({ revision: 1 });
    expect(await namesIn(store, 'run-1')).toEqual(['a', 'b']);
  }, 40_000);

  it.each(['kill', 'freeze'] as const)('goes on with the new leader after a %s of the old one: appends, reads and subscriptions', async (how) => {
    const members = await cluster();
    const [first, second] = members;
    // As in the product, an answer is waited for longer than a client waits for one node to say who leads.
    const store = await open(clusterUrl(members), { answerMs: 2_500, callMs: 10_000 });
    const seen = until(store, { isEnough: ({ length }) => length >= 60 });
    await appendOneByOne(store, 'run-1', Array.from({ length: 30 }, (_, index) => `before ${index}`));
    first[how]();
    elect(second, members);
    await appendOneByOne(store, 'run-1', Array.from({ length: 30 }, (_, index) => `after ${index}`), 29);
    const all = await everything(store.readAll());
    expect(all).toHaveLength(60);
    expect((await seen).map(nameOf)).toEqual(all.map(nameOf));
  }, 60_000);

  it('waits less for the next node after one has broken off, because it may be in the middle of an election and never answer', async () => {
    const members = await cluster();
    const [first, second] = members;
    const store = await openKurrentDbEventStore({ url: clusterUrl(members), patience: { answerMs: 60_000, callMs: 60_000 } });
    opened.push(store);
    await store.append('run-1', 'none', [event('a')]);
    second.swallowAppends(1);
    first.kill();
    elect(second, members);
    expect(await store.append('run-1', 0, [event('b')])).toMatchObject({ revision: 1 });
    expect([second.appendsSeen, await namesIn(store, 'run-1')]).toEqual([2, ['a', 'b']]);
    await store.close();
    await second.appendersGone(); // the one that was never answered too
  }, 30_000);

  it('asks the leader, and nobody who may lag, also when a follower is told to be one', async () => {
    const members = await cluster();
    const [first, second] = members;
    const store = await open(clusterUrl(members));
    await store.append('run-1', 'none', [event('a')]);
    elect(second, members);
    const before = first.readsSeen;
    expect(await namesIn(store, 'run-1')).toEqual(['a']);
    expect(await store.head()).toBeDefined();
    expect(first.readsSeen).toBe(before);
    expect(second.readsSeen).toBeGreaterThan(0);
  }, 30_000);

  it('waits for a database that is not there yet, and says so once', async () => {
    const node = await one();
    node.kill();
    const said: string[] = [];
    const opening = openKurrentDbEventStore({ url: node.url, patience: { answerMs: 4_000, callMs: 200 }, onWaiting: (sentence) => {
      said.push(sentence);
      void node.start();
    } });
    opened.push(await opening);
    expect(said).toEqual([expect.stringMatching(/^the database at 127\.0\.0\.1:\d+ \(log kiroku\) does not answer/)]);
  }, 30_000);

  it('waits for a search through what others wrote, and does not begin it again, while the database answers other questions', async () => {
    const node = await one();
    node.holdSearches();
    const said: string[] = [];
    const opening = openKurrentDbEventStore({ url: node.url, patience: { answerMs: 300, callMs: 600 }, onWaiting: (sentence) => said.push(sentence) });
    await node.readsWithoutFilter(4);
    node.endSearches();
    opened.push(await opening);
    expect([said, node.searchesSeen]).toEqual([[], 1]);
  }, 30_000);

  it('stops waiting for it when it is told to', async () => {
    const node = await one();
    node.freeze();
    const enough = new AbortController();
    const opening = openKurrentDbEventStore({ url: node.url, signal: enough.signal });
    await node.holds(1);
    enough.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
  });

  it('shows nothing of other logs and other people in the same database, and passes by them', async () => {
    const node = await one();
    const [store, other] = [await open(node.url), await open(`${node.url}&log=other`)];
    const seen = until(store, { isEnough: ({ length }) => length >= 2 });
    const { position } = await store.append('run-1', 'none', [event('ours')]);
    const stranger = KurrentDBClient.connectionString(node.url);
    await stranger.appendToStream('kiroku-run-1', Array.from({ length: 3_000 }, (_, index) => jsonEvent({ type: 'Foreign', data: { index } })), { streamState: 'no_stream' });
    await other.append('run-1', 'none', [event('theirs')]);
    await stranger.dispose();
    expect(await store.head()).toBe(position);
    expect((await everything(store.readAll())).map(nameOf)).toEqual(['ours']);
    await store.append('run-1', 0, [event('ours too')]);
    expect((await seen).map(nameOf)).toEqual(['ours', 'ours too']);
    expect(await namesIn(other, 'run-1')).toEqual(['theirs']);
  }, 30_000);

  it('hears what another process appends while it waits', async () => {
    const node = await one();
    const [store, other] = [await open(node.url), await open(node.url)];
    const subscription = store.subscribe()[Symbol.asyncIterator]();
    for (const name of ['a', 'b']) {
      const next = subscription.next();
      while (node.subscriptionsSeen === 0) await store.head();
      await other.append(`run-${name}`, 'none', [event(name)]);
      expect((await next).value?.map(nameOf)).toEqual([name]);
    }
  }, 30_000);

  it('hears what comes without a question for each event', async () => {
    const node = await one();
    const store = await open(node.url);
    const subscription = store.subscribe()[Symbol.asyncIterator]();
    const first = subscription.next();
    while (node.subscriptionsSeen === 0) await store.head();
    await store.append('run-1', 'none', [event('first')]);
    expect((await first).value?.map(nameOf)).toEqual(['first']);
    const [reads, subscriptions] = [node.readsSeen, node.subscriptionsSeen];
    for (const revision of [0, 1, 2, 3, 4]) {
      await store.append('run-1', revision, [event(`next ${revision}`)]);
      expect((await subscription.next()).value?.map(nameOf)).toEqual([`next ${revision}`]);
    }
    expect([node.readsSeen, node.subscriptionsSeen]).toEqual([reads, subscriptions]);
  }, 30_000);

  it('asks the database where a subscription of it falls silent', async () => {
    const node = await one();
    const store = await open(node.url);
    const subscription = store.subscribe()[Symbol.asyncIterator]();
    const first = subscription.next();
    while (node.subscriptionsSeen === 0) await store.head();
    node.muteSubscriptions();
    await store.append('run-1', 'none', [event('first')]);
    expect((await first).value?.map(nameOf)).toEqual(['first']);
    await store.append('run-1', 0, events('more', 3));
    expect((await subscription.next()).value?.map(nameOf)).toEqual(['more/0', 'more/1', 'more/2']);
  }, 30_000);

  it('leaves out nothing that has come and was not asked for yet, when its client is replaced behind much of what others wrote', async () => {
    const node = await one();
    const [store, other] = [await open(node.url), await open(node.url)];
    const subscription = store.subscribe()[Symbol.asyncIterator]();
    const first = subscription.next();
    while (node.subscriptionsSeen === 0) await store.head();
    await other.append('run-1', 'none', [event('first')]);
    expect((await first).value?.map(nameOf)).toEqual(['first']);
    await other.append('run-1', 0, [event('unread')]);
    const stranger = KurrentDBClient.connectionString(node.url);
    await stranger.appendToStream('theirs', Array.from({ length: 3_000 }, (_, index) => jsonEvent({ type: 'Foreign', data: { index } })), { streamState: 'no_stream' });
    await stranger.dispose();
    node.loseAnswers(1);
    await store.append('run-2', 'none', [event('own')]);
    expect(store.figures?.renewedClients).toBe(1);
    const rest: string[] = [];
    while (!rest.includes('own')) rest.push(...((await subscription.next()).value ?? []).map(nameOf));
    expect(rest).toEqual(['unread', 'own']);
  }, 30_000);

  it('begins at any number: a position, the one before it, and one that is nothing', async () => {
    const node = await one();
    const store = await open(node.url);
    for (const name of ['a', 'b', 'c']) await store.append(`run-${name}`, 'none', [event(name)]);
    const [, b] = await everything(store.readAll());
    for (const [after, names] of [[b!.position, ['c']], [b!.position - 1n, ['b', 'c']], [b!.position + 1n, ['c']], [b!.position - 7n, ['b', 'c']], [b!.position * 99n, []]] as const) {
      expect((await everything(store.readAll(after))).map(nameOf)).toEqual(names);
      if (names.length > 0) expect((await until(store, { after, isEnough: ({ length }) => length >= names.length })).map(nameOf)).toEqual(names);
    }
  }, 30_000);

  describe('stops at damage', () => {
    it.each([['in the middle of a stream', 1, 'run-1'], ['in the middle of an append', 4, 'run-1']])('%s', async (_, revision, stream) => {
      const node = await one();
      const store = await open(node.url);
      for (const index of [0, 1, 2]) await store.append(stream, index === 0 ? 'none' : index - 1, [event(`single ${index}`)]);
      await store.append(stream, 2, events('three', 3));
      node.log.damage(`kiroku.${stream}`, revision);
      await expect(namesIn(store, stream)).rejects.toThrow(CorruptLogError);
      if (revision === 4) await expect(everything(store.readAll())).rejects.toThrow(/part of an append is missing/);
    });

    it('at an event with a name of ours that somebody else wrote', async () => {
      const node = await one();
      const store = await open(node.url);
      const stranger = KurrentDBClient.connectionString(node.url);
      await stranger.appendToStream('kiroku.run-1', jsonEvent({ type: 'NoteTaken', data: {} }), { streamState: 'no_stream' });
      await stranger.dispose();
      await expect(everything(store.readAll())).rejects.toThrow(CorruptLogError);
      await expect(everything(store.subscribe())).rejects.toThrow(CorruptLogError);
      await expect(store.head()).rejects.toThrow(CorruptLogError);
    });
  });
});
