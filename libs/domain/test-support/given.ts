import type { Decider, FoldContext } from '../src/decider.js';
import { HISTORY_AT } from './run-instants.js';

/** An event of the history together with where it came from, for the tests that care. */
interface Recorded<Event> {
  readonly event: Event;
  readonly context: FoldContext;
}

type History<Event> = readonly (Event | Recorded<Event>)[];

/** What any command has to bring so that it can be sent twice. */
interface Sendable {
  readonly type: string;
  readonly context: FoldContext;
}

const somebody: FoldContext = { at: HISTORY_AT, actor: { kind: 'server', id: 'server-1' }, commandId: 'history' };

/**
 * `given(decider, ...events).when(command).then(...events)`. `then` proves for free that the same command decides nothing when it
 * is sent again; a fact of an agent (`Record...`) also under another command id, as after a restart that forgot the first.
 */
export function given<State, Command extends Sendable, Event extends object>(decider: Decider<State, Command, Event>, ...history: History<Event>) {
  return scene(decider, fold(decider, ...history), (command) => command);
}

/** Events that one command decided, by whom and under which id. */
export function by<Event>(context: FoldContext, ...events: readonly Event[]): Recorded<Event>[] {
  return events.map((event) => ({ event, context }));
}

export function fold<State, Command, Event extends object>(decider: Decider<State, Command, Event>, ...history: History<Event>): State {
  return history.reduce<State>((state, item) => {
    const { event, context } = 'event' in item && 'context' in item ? item : { event: item, context: somebody };
    return decider.evolve(state, event, context);
  }, decider.initialState);
}

/** How a command looks when it is sent again, after its first decision: what the world says of it may have changed. */
type Again<Command, Event> = (command: Command, decided: readonly Event[]) => Command;

function scene<State, Command extends Sendable, Event extends object>(decider: Decider<State, Command, Event>, state: State, again: Again<Command, Event>) {
  return {
    sentAgainAs: (how: Again<Command, Event>) => scene(decider, state, how),
    when: (command: Command) => ({
      then(...expected: readonly Event[]) {
        const decision = decider.decide(command, state);
        expect(decision).toEqual(expected);
        const after = expected.reduce((folded, event) => decider.evolve(folded, event, command.context), state);
        for (const repeat of repeats(again(command, expected))) expect({ repeat, decided: decider.decide(repeat, after) }).toEqual({ repeat, decided: [] });
      },
      /** It is already so. */
      thenNothing() {
        expect(decider.decide(command, state)).toEqual([]);
      },
      thenRejected(code: string, message: RegExp = /./) {
        expect(decider.decide(command, state)).toEqual({ rejected: code, message: expect.stringMatching(message) });
      },
    }),
  };
}

function repeats<Command extends Sendable>(command: Command): Command[] {
  const isFact = command.context.actor.kind === 'agent' && command.type.startsWith('Record');
  return isFact ? [command, { ...command, context: { ...command.context, commandId: `${command.context.commandId}-again` } }] : [command];
}
