import type { Refusal, RefusalEvent } from '#events/refusal.events';
import type { Instant } from '#events/vocabulary';
import type { Decider } from '../decider.js';
import type { Decision } from '../rejection.js';

export type RefusalCommand =
  | { readonly type: 'RecordRefusal'; readonly refusal: Refusal }
  | { readonly type: 'RecordSuppressed'; readonly count: number; readonly since: Instant };

/** By which command the newest event came: the same one again is a repeat. Nothing else is folded, for nothing is decided by it. */
export interface RefusalState {
  readonly lastCommandId?: string;
}

/** The refusals of one source, told one by one: a record for people, on which nothing else rests. */
export const refusalDecider: Decider<RefusalState, RefusalCommand & { readonly commandId: string }, RefusalEvent> = {
  initialState: {},
  decide(command, { lastCommandId }): Decision<RefusalEvent> {
    if (command.commandId === lastCommandId) return [];
    switch (command.type) {
      case 'RecordRefusal': return [{ type: 'CommandRefused', data: command.refusal }];
      case 'RecordSuppressed': return [{ type: 'CommandRefusalsSuppressed', data: { count: command.count, since: command.since } }];
    }
  },
  evolve: (_state, _event, { commandId }) => ({ lastCommandId: commandId }),
};
