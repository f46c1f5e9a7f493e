import { Injectable } from '@nestjs/common';
import type { AgentAheadView } from '#protocol/log';
import { LogProjection } from './log.projection.js';

/**
 * Agents that were told of more than this log holds, as far as this process has seen them try: the log went back, or lags. It is no
 * fact of the log; who tries again is seen again.
 */
@Injectable()
export class AgentsAhead {
  private readonly seen = new Map<string, AgentAheadView>();
  /** The epochs of agents that other servers refuse. */
  private others: readonly number[] = [];

  constructor(private readonly log: LogProjection) {}

  noticed(ahead: AgentAheadView): void {
    this.seen.set(ahead.agent, ahead);
  }

  /** The agent was let in: what it knows is in the log, or an operator has said why it is not. */
  settled(agent: string): void {
    this.seen.delete(agent);
  }

  all(): readonly AgentAheadView[] {
    return [...this.seen.values()];
  }

  /** Why an agent is refused. Who was told in an earlier epoch is not any more: an operator has spoken since. */
  refusalOf(agent: string): AgentAheadView | undefined {
    const seen = this.seen.get(agent);
    return seen !== undefined && seen.epoch >= this.log.state.epoch ? seen : undefined;
  }

  /** @param epochs for each other server on this log that refuses agents, the highest that those know */
  othersSee(epochs: readonly number[]): void {
    this.others = epochs;
  }

  /** The log denies what some agent knows, and waits for an operator's word: until then nothing follows by itself from what the log says of agents. */
  get isWordAwaited(): boolean {
    return this.isRefusing || this.others.some((epoch) => epoch >= this.log.state.epoch);
  }

  /** As far as this server has seen them try. */
  get isRefusing(): boolean {
    return [...this.seen.keys()].some((agent) => this.refusalOf(agent) !== undefined);
  }

  /** The highest epoch that any of them knows of. */
  get epoch(): number {
    return Math.max(0, ...this.others, ...this.all().map(({ epoch }) => epoch));
  }
}
