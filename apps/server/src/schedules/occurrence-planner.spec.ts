import { runIdOf } from '../event-sourcing/command-envelope.js';
import { startId } from './occurrence-planner.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the command that starts the run of an occurrence', () => {
  it('is the same for the same schedule, jobnet and time, and no other', () => {
    const id = startId('nightly', 'A', '2026-10-25T02:30');
    expect(startId('nightly', 'A', '2026-10-25T02:30')).toBe(id);
    const others = [startId('nightlyA', '', '2026-10-25T02:30'), startId('nightly', 'B', '2026-10-25T02:30'), startId('hourly', 'A', '2026-10-25T02:30'),
      startId('nightly', 'A', '2026-10-25T02:30+1'), startId('nightly', 'A', '2026-10-25T02:30:15'), startId('nightly', 'A', '2026-10-25T02:31'), startId('nightly', 'A', '1969-10-25T02:31')];
    expect(new Set([id, ...others]).size).toBe(8);
    expect([id, ...others].filter((each) => !UUID.test(each))).toEqual([]);
  });

  it('begins with the local time, so that its runs lie beside those of the same time and before those of a later one', () => {
    const runs = ['2026-10-25T02:30', '2026-10-25T02:31', '2027-01-01T00:00'].map((key) => Array.from({ length: 50 }, (_, index) => runIdOf(startId(`s${index}`, 'A', key))));
    const heads = runs.map((ofOneTime) => new Set(ofOneTime.map((runId) => runId.slice(0, 9))));
    expect(heads.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(runs.flatMap((ofOneTime) => [...ofOneTime].sort())).toEqual(runs.flat().sort());
  });
});
