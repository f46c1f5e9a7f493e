import type { ServerEvent } from '#events/server.events';
import type { Decider } from '../decider.js';
import type { Decision } from '../rejection.js';

type DataOf<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>['data'];

/** A server's life has two facts; every start is one of its own. */
export interface ServerLife {
  readonly running: boolean;
}

export type ServerCommand =
  | { readonly type: 'StartServer'; readonly started: DataOf<'ServerStarted'> }
  | { readonly type: 'StopServer'; readonly stopped: DataOf<'ServerStopped'> };

export const serverDecider: Decider<ServerLife, ServerCommand, ServerEvent> = {
  initialState: { running: false },
  decide(command, state): Decision<ServerEvent> {
    switch (command.type) {
      case 'StartServer':
        return [{ type: 'ServerStarted', data: command.started }];
      case 'StopServer':
        return state.running ? [{ type: 'ServerStopped', data: command.stopped }] : [];
    }
  },
  evolve(_state, event) {
    return { running: event.type === 'ServerStarted' };
  },
};
