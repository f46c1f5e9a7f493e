import type { LogEvent } from '#events/server.events';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider } from '../decider.js';
import { type Decision, rejection } from '../rejection.js';

/** The log itself: its first event fixes its id. `epoch`: how often an operator has said that it was restored to an earlier state. */
export interface LogState {
  readonly logId?: string;
  readonly epoch: number;
  /** When the newest epoch began. */
  readonly restoredAt?: Instant;
}

export type LogCommand =
  | { readonly type: 'CreateLog'; readonly logId: string }
  /** `epoch`: the one to begin, worked out by who holds the runs before; a repeat finds it begun. */
  | { readonly type: 'BeginEpoch'; readonly epoch: number };

export const logDecider: Decider<LogState, LogCommand, LogEvent> = {
  initialState: { epoch: 0 },
  decide(command, state): Decision<LogEvent> {
    switch (command.type) {
      case 'CreateLog':
        return state.logId === undefined ? [{ type: 'LogCreated', data: { logId: command.logId } }] : [];
      case 'BeginEpoch':
        if (state.logId === undefined) return rejection('log-not-found', 'there is no log yet');
        return command.epoch <= state.epoch ? [] : [{ type: 'EpochBegan', data: { epoch: command.epoch } }];
    }
  },
  evolve(state, event, { at }) {
    switch (event.type) {
      case 'LogCreated':
        return { ...state, logId: event.data.logId };
      case 'EpochBegan':
        if (event.data.epoch <= state.epoch) throw corruptHistory(`epoch ${event.data.epoch} began after epoch ${state.epoch}`);
        return { ...state, epoch: event.data.epoch, restoredAt: at };
    }
  },
};
