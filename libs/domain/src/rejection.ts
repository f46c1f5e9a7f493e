/** A command that the state does not allow. `code` is stable, `message` names the state and what would be accepted. */
export interface Rejection {
  readonly rejected: string;
  readonly message: string;
}

/** What a decider answers: events to record, none when it is already so, or why not. */
export type Decision<Event> = readonly Event[] | Rejection;

export function rejection(code: string, message: string): Rejection {
  return { rejected: code, message };
}

export function isRejection<Event>(decision: Decision<Event>): decision is Rejection {
  return 'rejected' in decision;
}
