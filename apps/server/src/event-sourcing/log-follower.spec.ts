import type { NewEvent } from '#event-store/event-store.port';
import { waitFor } from '../../../../test/support/wait-for.js';
import { foreign, sized } from '../../test-support/jobnet-commands.js';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { LogClock } from './log-clock.js';
import { LogFollower } from './log-follower.js';
import type { FoldedEvent, Projection } from './projection.js';

class Seen implements Projection {
  readonly types: string[] = [];

  apply({ event }: FoldedEvent): void {
    this.types.push(event.type);
  }
}

let store: MoodyEventStore;
let seen: Seen;
let follower: LogFollower;
let failures: unknown[];
let appended: number;

beforeEach(() => {
  store = new MoodyEventStore();
  seen = new Seen();
  failures = [];
  appended = 0;
  follower = new LogFollower(store, [seen], new LogClock());
});

afterEach(() => follower.stop());

async function append(event: NewEvent = foreign('JobnetDefined', 1, sized(1))): Promise<bigint> {
  appended += 1;
  const { position } = await store.append(`jobnet-${appended}`, 'none', [event]);
  return position;
}

const start = () => follower.start((error) => failures.push(error));

describe('the log follower', () => {
  it('has folded what is there before its start resolves', async () => {
    await append();
    const last = await append();
    await start();
    expect(seen.types).toEqual(['JobnetDefined', 'JobnetDefined']);
    expect(follower.position).toBe(last);
  });

  it('folds what comes, each event once', async () => {
    await append();
    await start();
    for (let count = 0; count < 20; count += 1) await append();
    await follower.whenFolded(21n);
    expect(seen.types).toHaveLength(21);
  });

  it('wakes who waits for a position once it is folded, and answers at once when it is', async () => {
    const release = store.holdSubscriptions();
    await start();
    let woken = false;
    const waiting = follower.whenFolded(await append()).then(() => { woken = true; });
    expect(await follower.foldedWithin(1n, 10)).toBe(false);
    expect(woken).toBe(false);
    release();
    await waiting;
    expect(follower.position).toBe(1n);
    await follower.whenFolded(1n);
  });

  it('gives up waiting after its patience, and leaves no waiter behind', async () => {
    await start();
    expect(await follower.foldedWithin(5n, 10)).toBe(false);
    expect(Reflect.get(follower, 'waiters')).toEqual([]);
    await append();
    expect(await follower.foldedWithin(1n, 10_000)).toBe(true);
    expect(Reflect.get(follower, 'waiters')).toEqual([]);
  });

  it('calls back after what was folded, until it is told to stop', async () => {
    await start();
    let calls = 0;
    const stop = follower.onFolded(() => { calls += 1; });
    await follower.whenFolded(await append());
    expect(calls).toBe(1);
    stop();
    await follower.whenFolded(await append());
    expect(calls).toBe(1);
  });

  it('has called back before those who wait are woken: what they read is complete', async () => {
    await start();
    let called = false;
    follower.onFolded(() => { called = true; });
    await follower.whenFolded(await append());
    expect(called).toBe(true);
  });

  it('stops at an event type that it does not know, and says so: nothing is skipped', async () => {
    await start();
    const foreignWord = { ...foreign('JobnetDefined', 1, sized(1)), type: 'JobnetPainted' };
    await append(foreignWord);
    await append();
    await waitFor('the failure is told', () => failures.length === 1);
    expect(String(failures[0])).toMatch(/unknown event type JobnetPainted/);
    expect(follower.position).toBe(0n);
    expect(seen.types).toEqual([]);
  });

  it('does not start on a log that it cannot read', async () => {
    await append({ ...foreign('JobnetDefined', 1, sized(1)), schemaVersion: 99 });
    await expect(start()).rejects.toThrow(/unknown version 99/);
  });
});
