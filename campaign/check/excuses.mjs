// What was done to an agent excuses some of what is not known of its executions. Places in the log say which: wall clocks are put forward and back here.
import { isUpTo } from './lives.mjs';

export class Excuses {
  /**
   * @param given each with `agent`, `why`, `upTo` (where the log stood when it was done), `processIds` (of the agent's processes until then) and, where it
   *   is known, `from`: nothing before that is excused
   */
  constructor(given, lives) {
    this.lives = lives;
    this.given = given.map((each) => ({ ...each, from: this.placeOf(each.from), upTo: this.reachOf(each) }));
  }

  /**
   * Whether something was done to the agent since the execution was dispatched to it.
   *
   * @param event what was recorded of it; none for a result that is missing
   */
  cover({ agent, dispatched }, whys, event) {
    return dispatched !== undefined && this.given.some((each) => each.agent === agent && whys.includes(each.why)
      && (each.upTo === undefined || isUpTo(dispatched, each.upTo))
      && (each.from === undefined || event === undefined || !isUpTo(event.place, each.from)));
  }

  /**
   * Until the agent speaks again, a server dispatches to a session that is over, and cannot know whether its end came first: a journal that went back may
   * have lost that. A hello that its former process had sent may come to a server only now, and is not it.
   */
  reachOf({ agent, why, upTo, processIds = [] }) {
    const done = this.placeOf(upTo);
    if (why !== 'journal' || done === undefined) return done;
    for (const { event, place } of this.lives.written()) {
      if (event.type === 'AgentConnected' && event.stream === `agent-${agent}` && !isUpTo(place, done) && !processIds.includes(event.data.pid)) return place;
    }
    return undefined;
  }

  placeOf(mark) {
    return mark === undefined ? undefined : this.lives.placeOf(mark.life, mark.position);
  }
}
