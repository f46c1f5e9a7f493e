// What was done to an agent excuses some of what is not known of its executions. Places in the log say which: wall clocks are put forward and back here.
import { isUpTo } from './lives.mjs';

export class Excuses {
  /** @param given each with `agent`, `why`, `upTo` (where the log stood when it was done) and, where it is known, `from`: nothing before that is excused */
  constructor(given, lives) {
    this.lives = lives;
    this.given = given;
  }

  /**
   * Whether something was done to the agent since the execution was dispatched to it.
   *
   * @param event what was recorded of it; none for a result that is missing
   */
  cover({ agent, dispatched }, whys, event) {
    return dispatched !== undefined && this.given.some((each) => each.agent === agent && whys.includes(each.why)
      && (each.upTo === undefined || isUpTo(dispatched, this.lives.placeOf(each.upTo.life, each.upTo.position)))
      && (each.from === undefined || event === undefined || !isUpTo(event.place, this.lives.placeOf(each.from.life, each.from.position))));
  }
}
