import { waitFor } from '../../../../test/support/wait-for.js';
import { ServerPair } from '../../test-support/server-pair.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { InMemoryEventStore } from '#event-store/in-memory.event-store';
import { MeasuredEventStore } from './measured.event-store.js';

afterEach(closeServers);

async function scraped(server: ServerUnderTest): Promise<Map<string, number>> {
  const { text } = await server.request('GET', '/metrics', { token: null });
  return new Map(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

const value = async (server: ServerUnderTest, name: string) => (await scraped(server)).get(name);
const more = (after: Map<string, number>, before: Map<string, number>, name: string) => after.get(name)! - before.get(name)!;

describe('the figures of appends', () => {
  it('say how long those took that succeeded: buckets that hold what is below them, the sum and the count', async () => {
    const server = await ServerUnderTest.start();
    await server.define(CHAIN);
    await server.startRun('A');
    await waitFor('all that was asked for has succeeded', async () => await value(server, 'kiroku_store_append_duration_seconds_count') === server.store.asked.length);
    const after = await scraped(server);
    expect(server.store.asked.length).toBeGreaterThan(2);
    expect(after.get('kiroku_store_append_duration_seconds_sum')).toBeGreaterThan(0);
    const buckets = [...after].filter(([name]) => name.startsWith('kiroku_store_append_duration_seconds_bucket')).map(([, count]) => count);
    expect(buckets).toEqual([...buckets].sort((one, other) => one - other));
    expect(after.get('kiroku_store_append_duration_seconds_bucket{le="+Inf"}')).toBe(after.get('kiroku_store_append_duration_seconds_count'));
  });

  it('count what failed by its reason', async () => {
    const server = await ServerUnderTest.start();
    const before = await scraped(server);
    const repair = server.store.refuseAppends('jobnet-');
    expect((await server.request('PUT', '/api/v1/jobnets/A', { body: CHAIN, headers: { 'content-type': 'application/yaml' } })).status).toBe(503);
    const after = await scraped(server);
    const failed = (reason: string) => more(after, before, `kiroku_store_append_failures_total{reason="${reason}"}`);
    expect([failed('unavailable'), failed('conflict'), failed('other')]).toEqual([1, 0, 0]);
    repair();
  });

  it('tell a conflict from all else', async () => {
    const store = new MeasuredEventStore(new InMemoryEventStore());
    await expect(store.append('run-1', 3, [])).rejects.toThrow();
    await expect(store.append('', 'none', [])).rejects.toThrow();
    expect(store.failures).toEqual({ conflict: 1, unavailable: 0, other: 1 });
  });

  it('have no retries where there is no database to ask again', async () => {
    const server = await ServerUnderTest.start();
    const names = [...(await scraped(server)).keys()];
    expect(names.filter((name) => /retries|renewed/.test(name))).toEqual([]);
  });
});

describe('the figures of several servers', () => {
  it('say who serves and who minds the clock, before and after one is gone', async () => {
    const { one, two } = await ServerPair.start();
    const seenBy = async (server: ServerUnderTest) => {
      const counts = await scraped(server);
      return [counts.get('kiroku_servers{state="serving"}'), counts.get('kiroku_servers{state="silent"}'), counts.get('kiroku_clock_lease_held')];
    };
    await waitFor('both serve, and the first minds the clock', async () => JSON.stringify([await seenBy(one), await seenBy(two)]) === '[[2,0,1],[2,0,0]]');
    await one.halt();
    await waitFor('the other minds it', async () => JSON.stringify(await seenBy(two)) === '[1,1,1]', 10_000);
  });

  it('say for how long a server has not folded what another appended', async () => {
    const { one, two } = await ServerPair.start();
    await waitFor('all is folded', async () => await value(two, 'kiroku_fold_lag_seconds') === 0);
    const release = two.store.holdSubscriptions();
    await one.define(CHAIN);
    await waitFor('it is behind', async () => (await value(two, 'kiroku_fold_lag_seconds'))! > 0);
    release();
    await waitFor('it has caught up', async () => await value(two, 'kiroku_fold_lag_seconds') === 0);
  });
});
