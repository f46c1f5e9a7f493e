import { Injectable } from '@nestjs/common';
import type { Capacity } from '#domain/run/run.decider';
import { AgentsProjection } from '../agents/agents.projection.js';
import { RunsProjection } from './runs.projection.js';

/**
 * Free slots by agent that is connected and not drained: what the log says, less the dispatches that are decided and on their way
 * into it. Only an economy: an agent that gets one too many lets it wait.
 */
@Injectable()
export class SlotBook {
  private readonly underway = new Map<string, string>();

  constructor(private readonly agents: AgentsProjection, private readonly runs: RunsProjection) {}

  capacity(): Capacity {
    // Without a prototype: an agent may be called `constructor`.
    const free = Object.create(null) as Record<string, number>;
    for (const { name, slots } of this.agents.available()) free[name] = slots - this.runs.slotsTakenOf(name);
    for (const [executionId, agent] of this.underway) {
      if (this.runs.openExecutionsOf(agent).has(executionId)) this.underway.delete(executionId);
      else if (free[agent] !== undefined) free[agent] -= 1;
    }
    return free;
  }

  /**
   * The executions that an agent may have to do with: those that are out, and the dispatches that are decided and on their way into the
   * log. Once a drain was answered, none is decided any more, so that 0 stays 0. With several servers each counts its own only.
   */
  executionsOf(agent: string): number {
    const open = this.runs.openExecutionsOf(agent);
    let count = open.size;
    for (const [executionId, name] of this.underway) if (name === agent && !open.has(executionId)) count += 1;
    return count;
  }

  /** A dispatch was decided. Its event is not folded yet. */
  reserve(executionId: string, agent: string): void {
    this.underway.set(executionId, agent);
  }

  /** The decision did not reach the log. */
  release(executionId: string): void {
    this.underway.delete(executionId);
  }
}
