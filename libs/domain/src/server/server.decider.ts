import type { ServerEvent } from '#events/server.events';
import type { Decider } from '../decider.js';
import type { Decision } from '../rejection.js';

type DataOf<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>['data'];

/** A server and its newest process. Every start is a fact of its own. */
export interface ServerLife {
  readonly running: boolean;
  /** Undefined where its start was recorded without one. */
  readonly life?: string | undefined;
  /** Others have not heard of it, on record. */
  readonly silent: boolean;
}

export type ServerCommand =
  | { readonly type: 'StartServer'; readonly started: DataOf<'ServerStarted'> }
  | { readonly type: 'StopServer'; readonly stopped: DataOf<'ServerStopped'> }
  /** Said by another server, of the process that it means: one that has been started since is not touched. */
  | { readonly type: 'LoseServer'; readonly lost: DataOf<'ServerContactLost'> }
  | { readonly type: 'ReturnServer'; readonly returned: DataOf<'ServerReturned'> };

export const serverDecider: Decider<ServerLife, ServerCommand, ServerEvent> = {
  initialState: { running: false, silent: false },
  decide(command, state): Decision<ServerEvent> {
    switch (command.type) {
      case 'StartServer':
        return [{ type: 'ServerStarted', data: command.started }];
      case 'StopServer':
        return state.running ? [{ type: 'ServerStopped', data: command.stopped }] : [];
      case 'LoseServer':
        return state.running && !state.silent && state.life === command.lost.life ? [{ type: 'ServerContactLost', data: command.lost }] : [];
      case 'ReturnServer':
        return state.running && state.silent && state.life === command.returned.life ? [{ type: 'ServerReturned', data: command.returned }] : [];
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'ServerStarted': return { running: true, silent: false, life: event.data.life };
      case 'ServerStopped': return { ...state, running: false };
      case 'ServerContactLost': return { ...state, silent: true };
      case 'ServerReturned': return { ...state, silent: false };
    }
  },
};
