import type { Instant } from '#events/vocabulary';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { Alarm } from './alarm.js';

const START = '2026-11-23T09:00:00.000Z';
const at = (seconds: number): Instant => new Date(Date.parse(START) + seconds * 1_000).toISOString() as Instant;

let clock: SimulatedClock;
let logClock: LogClock;
let rung: string[][];
let alarm: Alarm;
/** What is done with what is due. */
let answer: (keys: readonly string[]) => void;

beforeEach(() => {
  clock = new SimulatedClock(START);
  logClock = new LogClock(() => clock.now());
  rung = [];
  answer = (keys) => { for (const key of keys) alarm.set(key, undefined); };
  alarm = new Alarm(clock, logClock, async () => {
    const due = alarm.dueNow();
    rung.push(due);
    answer(due);
  });
});

/** Second by second. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) await clock.advance(1_000);
}

describe('an alarm', () => {
  it('rings for each key at its instant, the earliest first, and not before its start', async () => {
    alarm.set('late', at(50));
    alarm.set('early', at(-10));
    await pass(10);
    expect(rung).toEqual([]);
    alarm.start();
    alarm.set('soon', at(20));
    await pass(60);
    expect(rung.filter(({ length }) => length > 0)).toEqual([['early'], ['soon'], ['late']]);
  });

  it('goes by log time: what a clock that is ahead has brought is due for who is behind it as well', async () => {
    alarm.start();
    logClock.advance(at(32 * 3_600));
    alarm.set('a', at(3_600));
    await clock.advance(1_000);
    expect(rung.flat()).toEqual(['a']);
    alarm.set('b', at(33 * 3_600));
    await clock.advance(3_600_000);
    expect(rung.flat()).toEqual(['a']);
  });

  it('rings again, a second later, for what could not be decided, and for nothing after its stop', async () => {
    answer = () => undefined;
    alarm.start();
    alarm.set('a', at(5));
    await pass(7);
    expect(rung.filter(({ length }) => length > 0)).toEqual([['a'], ['a'], ['a']]);
    alarm.stop();
    await pass(60);
    expect(rung.flat()).toHaveLength(3);
  });
});
