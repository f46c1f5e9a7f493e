import type { EventMetadata } from '#events/vocabulary';
import type { Decision } from './rejection.js';

/** What a fold may know of an event beside its data: when, by whom, by which command, and why. */
export type FoldContext = Pick<EventMetadata, 'at' | 'actor' | 'commandId' | 'reason' | 'ticket'>;

/** One stream, one pure decider: nothing in it reads a clock, draws a number or knows of a store. */
export interface Decider<State, Command, Event> {
  readonly initialState: State;
  /** An empty answer means "already so": every command may be delivered twice. */
  decide(command: Command, state: State): Decision<Event>;
  evolve(state: State, event: Event, context: FoldContext): State;
}
