import type { LogEvent } from '#events/server.events';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider } from '../decider.js';
import { type Decision, rejection } from '../rejection.js';

/** The log itself: its first event fixes its id. `epoch`: how often an operator has said that it was restored to an earlier state. */
export interface LogState {
  readonly logId?: string;
  readonly epoch: number;
  /** Which event types and versions may be recorded: all that every server reads. */
  readonly format: number;
  /** When the newest epoch began. */
  readonly restoredAt?: Instant;
}

/** A server that is there, and up to which format it reads; undefined where it does not say. */
export interface ServerReading {
  readonly server: string;
  readonly version: string;
  readonly reads: number | undefined;
}

export type LogCommand =
  | { readonly type: 'CreateLog'; readonly logId: string; readonly format: number }
  /** `epoch`: the one to begin, worked out by who holds the runs before; a repeat finds it begun. */
  | { readonly type: 'BeginEpoch'; readonly epoch: number }
  | { readonly type: 'RaiseFormat'; readonly format: number; readonly servers: readonly ServerReading[] };

export const logDecider: Decider<LogState, LogCommand, LogEvent> = {
  initialState: { epoch: 0, format: 1 },
  decide(command, state): Decision<LogEvent> {
    switch (command.type) {
      case 'CreateLog':
        return state.logId === undefined ? [{ type: 'LogCreated', data: { logId: command.logId, ...(command.format > 1 && { format: command.format }) } }] : [];
      case 'BeginEpoch':
        if (state.logId === undefined) return rejection('log-not-found', 'there is no log yet');
        return command.epoch <= state.epoch ? [] : [{ type: 'EpochBegan', data: { epoch: command.epoch } }];
      case 'RaiseFormat':
        return raiseFormat(command, state);
    }
  },
  evolve(state, event, { at }) {
    switch (event.type) {
      case 'LogCreated':
        return { ...state, logId: event.data.logId, format: event.data.format ?? 1 };
      case 'FormatRaised':
        if (event.data.format <= state.format) throw corruptHistory(`format ${event.data.format} after format ${state.format}`);
        return { ...state, format: event.data.format };
      case 'EpochBegan':
        if (event.data.epoch <= state.epoch) throw corruptHistory(`epoch ${event.data.epoch} began after epoch ${state.epoch}`);
        return { ...state, epoch: event.data.epoch, restoredAt: at };
    }
  },
};

function raiseFormat({ format, servers }: Extract<LogCommand, { type: 'RaiseFormat' }>, state: LogState): Decision<LogEvent> {
  if (format <= state.format) return [];
  const behind = servers.filter(({ reads }) => (reads ?? 1) < format);
  if (behind.length > 0) return rejection('servers-behind', `format ${format} is not read by ${behind.map(({ server, version }) => `server ${server} (version ${version})`).join(', ')}`);
  return [{ type: 'FormatRaised', data: { format, servers: servers.map(({ server, version }) => ({ server, version })) } }];
}
