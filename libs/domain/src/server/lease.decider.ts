import type { LeaseEvent } from '#events/server.events';
import type { Decider } from '../decider.js';
import type { Decision } from '../rejection.js';

/** One process of one server. */
export interface Holder {
  readonly server: string;
  readonly life: string;
}

/** Who lets pass what time brings. It saves work and decides nothing: what two holders do at once is done once (law 8). */
export interface LeaseState {
  readonly holder?: Holder;
}

export type LeaseCommand =
  /** `from`: whose it was when the taker found that to be over. Somebody else may have taken it since. */
  { readonly type: 'TakeLease'; readonly taker: Holder; readonly from: Holder | undefined };

export const leaseDecider: Decider<LeaseState, LeaseCommand, LeaseEvent> = {
  initialState: {},
  decide({ taker, from }, { holder }): Decision<LeaseEvent> {
    return holder?.server === from?.server && holder?.life === from?.life ? [{ type: 'ClockLeaseTaken', data: taker }] : [];
  },
  evolve(_state, { data: { server, life } }) {
    return { holder: { server, life } };
  },
};
