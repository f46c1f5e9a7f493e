import type { Instant } from '#events/vocabulary';
import { quotaAt, REFUSALS_PER_MINUTE, type RefusalQuota, takeFrom } from './refusal-quota.js';

const quota = quotaAt('2026-11-22T20:57:59.123Z' as Instant);

function taken(times: number): { told: number; quota: RefusalQuota } {
  let [rest, told] = [quota, 0];
  for (let count = 0; count < times; count += 1) {
    const next = takeFrom(rest);
    rest = next.quota;
    told += Number(next.tell);
  }
  return { told, quota: rest };
}

describe('the refusals of a minute', () => {
  it('are counted from its beginning', () => {
    expect(quota).toEqual({ since: '2026-11-22T20:57:00.000Z', told: 0, suppressed: 0 });
  });

  it('are all told up to the bound', () => {
    expect(taken(REFUSALS_PER_MINUTE)).toMatchObject({ told: REFUSALS_PER_MINUTE, quota: { suppressed: 0 } });
  });

  it('are counted above it, none forgotten', () => {
    expect(taken(REFUSALS_PER_MINUTE + 40)).toMatchObject({ told: REFUSALS_PER_MINUTE, quota: { told: REFUSALS_PER_MINUTE, suppressed: 40 } });
  });
});
