import { HEARTBEAT_MS } from '#protocol/agent-link';

/** The pace of the link, all in milliseconds. Tests hurry it. */
export interface LinkPace {
  /** A sign of life goes up when there was nothing to report for this long. */
  readonly heartbeatMs: number;
  /** A stream that is silent for this long is dead, whatever TCP believes. */
  readonly deadAfterMs: number;
  /** After the server said "unavailable", or acknowledged nothing. */
  readonly retryMs: number;
  /** Between two tries the pause doubles from the first to the longest. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A session that ends sooner was none: a server that lets everybody in and throws them out is no better than one that is away. */
  readonly lastingMs: number;
  /** So often the server is told what the agent holds, to compare. */
  readonly inventoryMs: number;
}

export const LINK_PACE: LinkPace = {
  heartbeatMs: HEARTBEAT_MS, deadAfterMs: 3 * HEARTBEAT_MS, retryMs: 500, firstPauseMs: 50, longestPauseMs: 2_000, lastingMs: 500, inventoryMs: 5 * 60_000,
};

/**
 * How long to wait after so many tries in a row that came to nothing.
 *
 * @param chance in [0, 1): half of the pause is random, so that a thousand agents do not come at once
 */
export function pauseAfter(failures: number, chance: number, { firstPauseMs, longestPauseMs }: LinkPace = LINK_PACE): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.5 + chance / 2);
}
