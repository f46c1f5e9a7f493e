import type { Instant } from '#events/vocabulary';

/** As many refusals of one source are told one by one in a minute. A person reaches it never, a script gone wild within a second. */
export const REFUSALS_PER_MINUTE = 60;

/** What a source has used up of one minute. */
export interface RefusalQuota {
  /** The beginning of that minute. */
  readonly since: Instant;
  readonly told: number;
  /** What came above the bound: only counted. */
  readonly suppressed: number;
}

export function quotaAt(at: Instant): RefusalQuota {
  return { since: `${at.slice(0, 'yyyy-mm-ddThh:mm'.length)}:00.000Z` as Instant, told: 0, suppressed: 0 };
}

/** One more: whether it is told, and what is left of the minute then. */
export function takeFrom(quota: RefusalQuota): { readonly tell: boolean; readonly quota: RefusalQuota } {
  const tell = quota.told < REFUSALS_PER_MINUTE;
  return { tell, quota: tell ? { ...quota, told: quota.told + 1 } : { ...quota, suppressed: quota.suppressed + 1 } };
}
