import { Injectable } from '@nestjs/common';
import type { AgentAheadView } from '#protocol/log';

/**
 * Agents that were told of more than this log holds, as far as this process has seen them try: the log went back, or lags. It is no
 * fact of the log; who tries again is seen again.
 */
@Injectable()
export class AgentsAhead {
  private readonly seen = new Map<string, AgentAheadView>();

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

  /** The highest epoch that any of them knows of. */
  get epoch(): number {
    return Math.max(0, ...this.all().map(({ epoch }) => epoch));
  }
}
