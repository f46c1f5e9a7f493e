import { LINK_PACE, pauseAfter } from './link-pace.js';

describe('the pause between two tries', () => {
  it('doubles with every failure, from 50 milliseconds to two seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((failures) => pauseAfter(failures, 1))).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('is never more than two seconds, however long a server is away, and never nothing', () => {
    for (const failures of [10, 100, 1_000, 100_000]) {
      expect(pauseAfter(failures, 0.999)).toBeLessThanOrEqual(2_000);
      expect(pauseAfter(failures, 0)).toBe(1_000);
    }
    expect(pauseAfter(0, 0)).toBe(25);
  });

  it('is half chance, so that a thousand agents do not come at once', () => {
    expect([0, 0.5, 1].map((chance) => pauseAfter(3, chance))).toEqual([200, 300, 400]);
  });
});

it('gives up a silent stream after three heartbeats, and beats often enough for a server that does the same', () => {
  expect(LINK_PACE).toMatchObject({ heartbeatMs: 5_000, deadAfterMs: 15_000 });
});
