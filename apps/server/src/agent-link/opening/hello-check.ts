import { Inject, Injectable, Logger } from '@nestjs/common';
import { hasYetToLearn, isOlderCopy, isOver } from '#domain/agent/agent.decider';
import { isOpenExecution } from '#domain/run/execution-transitions';
import type { Receipt } from '#events/agent.events';
import type { EventStore } from '#event-store/event-store.port';
import type { Hello } from '#protocol/agent-link';
import { AgentsProjection } from '../../agents/agents.projection.js';
import type { Standing } from '../../agents/connect-agent.handler.js';
import { EVENT_STORE } from '../../event-sourcing/event-store.token.js';
import { holdsEvent, holdsWhatServed } from '../../log/holds-event.js';
import { LogClock } from '../../event-sourcing/log-clock.js';
import { FoldLag } from '../../event-sourcing/fold-lag.js';
import { LogFollower } from '../../event-sourcing/log-follower.js';
import { HttpProblem, notFoldedYet } from '../../http/http-problem.js';
import { AgentsAhead } from '../../log/agents-ahead.js';
import { LogProjection } from '../../log/log.projection.js';
import { isCancelPending } from '../../runs/run.view.js';
import { RunsProjection } from '../../runs/runs.projection.js';
import { endedAmong } from './differences.js';
import { ToldEnds } from './told-ends.js';

/** What a hello is worth: does this log hold all that the agent was told, and does the agent's journal hold all that it has told? */
export interface CheckedHello extends Standing {
  /** What the agent holds as waiting or running, and must not begin: it has told its end, or it was called off while the agent was away. */
  readonly mustNotBegin: readonly string[];
  /** What the agent holds, and may have begun before its journal went back. */
  readonly mayHaveBegun: readonly string[];
  /** Of an earlier session that began anew the agent does not know: it is told so with this one. */
  readonly isToLearn: boolean;
}

/**
 * Compares what an agent knows with what the log knows, before a session begins. Either of them may have gone back: the log to a
 * back-up, the journal to an older copy of the agent's directory.
 */
@Injectable()
export class HelloCheck {
  private readonly logger = new Logger(HelloCheck.name);

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly follower: LogFollower,
    private readonly lag: FoldLag,
    private readonly log: LogProjection,
    private readonly ahead: AgentsAhead,
    private readonly runs: RunsProjection,
    private readonly told: ToldEnds,
    private readonly clock: LogClock,
    private readonly agents: AgentsProjection,
  ) {}

  /**
   * @throws HttpProblem 409 `log-behind-agent` until the log has caught up, or an operator has said that it was restored; `session-over` for a
   *   repeat of a hello whose session is over: nothing is compared with it, and no credential given for it; 503 `not-folded-yet`
   */
  async check(name: string, hello: Hello): Promise<CheckedHello> {
    // What the agent has told another server is nothing that its journal has forgotten, or just that.
    if (!await this.lag.caughtUp()) throw notFoldedYet();
    const agent = this.agents.find(name)?.agent;
    if (agent !== undefined && isOver(agent, hello)) throw new HttpProblem(409, 'session-over', 'this hello is older than a session that is over; say another one');
    const { epoch } = this.log.state;
    const inEpoch = epoch === 0 ? {} : { epoch };
    const ended = endedAmong(this.runs, hello.open ?? []);
    const mustNotBegin = [...ended, ...this.calledOffAmong(hello.open ?? [])];
    const otherOpen = (hello.open ?? []).filter((executionId) => !mustNotBegin.includes(executionId));
    const isToLearn = agent !== undefined && hasYetToLearn(agent, hello);
    const isOlder = (agent !== undefined && isOlderCopy(agent, hello)) || (isToLearn && this.hasForgottenEnds(name, hello));
    if (await this.holdsAllThat(name, hello)) {
      this.ahead.settled(name);
      const hasGoneBack = isOlder || (!isToLearn && (ended.length > 0 || this.hasForgotten(name, hello)));
      return { ...inEpoch, mustNotBegin, mayHaveBegun: hasGoneBack || isToLearn ? otherOpen : [], isToLearn, ...(hasGoneBack && { startsAnew: 'journal-rolled-back' }) };
    }
    // Told in an earlier epoch: an operator has said since that the log was restored.
    if ((hello.epoch ?? 0) >= epoch) throw this.behind(name, hello);
    this.ahead.settled(name);
    return { ...inEpoch, mustNotBegin, mayHaveBegun: isOlder ? otherOpen : [], isToLearn, ...((isOlder || !isToLearn) && { startsAnew: 'log-restored' }) };
  }

  /** What the log holds and this server has not folded yet it folds in a moment; who is told of a position was told of it after it was in the log. */
  private async holdsAllThat(name: string, { receipt, servedUpTo, previousSession }: Hello): Promise<boolean> {
    const told = highest(servedUpTo, receipt);
    if (told > this.follower.position && (told > (await this.store.head() ?? 0n) || !(await this.follower.foldedWithin(told)))) return false;
    if (receipt !== undefined && !await holdsEvent(this.store, receipt)) return false;
    // A log that was put back may have grown past all these positions since, with other things at them.
    return servedUpTo === '0' || (this.holdsSession(name, previousSession) && await holdsWhatServed(this.store, name, servedUpTo));
  }

  /** Each session is in the log before its agent hears of it. */
  private holdsSession(name: string, session = 0): boolean {
    return (this.agents.find(name)?.agent.session?.number ?? 0) >= session;
  }

  /** The frames that call them off come only after the welcome, and the agent's line moves with it. */
  private calledOffAmong(open: readonly string[]): string[] {
    return open.filter((executionId) => {
      const tracked = this.runs.execution(executionId);
      return tracked !== undefined && (isCancelPending(tracked.job, tracked.execution) || (isOpenExecution(tracked.execution.state) && tracked.execution.stopRequested === true));
    });
  }

  private hasForgotten(name: string, hello: Hello): boolean {
    const held = new Set(hello.inventory);
    return this.hasForgottenEnds(name, hello) || [...this.runs.openExecutionsOf(name).values()].some(({ executionId }) => !held.has(executionId) && this.isForgotten(executionId));
  }

  /**
   * An end that the agent has told is confirmed to it by a receipt, or it still holds it as such. Where it neither is nor does, its journal has forgotten
   * the telling. That a former journal told something before this one began is known already: it does not make this one begin again.
   */
  private hasForgottenEnds(name: string, { inventory, open = [], receipt }: Hello): boolean {
    const [held, notEnded] = [new Set(inventory), new Set(open)];
    const confirmed = BigInt(receipt?.position ?? '0');
    const journalSince = this.agents.find(name)?.journalSince ?? 0n;
    return this.told.after(name, confirmed > journalSince ? confirmed : journalSince).some((executionId) => !held.has(executionId) || notEnded.has(executionId));
  }

  /** The agent has spoken of it. That it does not know it goes on record once: after that it tells nothing of this journal, also when the agent has spoken of it since. */
  private isForgotten(executionId: string): boolean {
    const { lastHeardAt, notKnownSince } = this.runs.execution(executionId)?.execution ?? {};
    return lastHeardAt !== undefined && notKnownSince === undefined;
  }

  private behind(name: string, { receipt, servedUpTo, epoch = 0 }: Hello): HttpProblem {
    const told = highest(servedUpTo, receipt);
    this.ahead.noticed({ agent: name, position: told.toString(), epoch, at: this.clock.now() });
    this.logger.warn({ msg: 'an agent was told of what this log does not hold', agent: name, told: told.toString(), log: this.follower.position.toString() });
    return new HttpProblem(409, 'log-behind-agent', `agent ${name} was told of position ${told}, which this log (at ${this.follower.position}) does not hold. `
      + 'If the log was restored from a copy, say so: kiroku log restored --reason ...');
  }
}

function highest(servedUpTo: string, receipt: Receipt | undefined): bigint {
  const [served, told] = [BigInt(servedUpTo), BigInt(receipt?.position ?? '0')];
  return served > told ? served : told;
}
