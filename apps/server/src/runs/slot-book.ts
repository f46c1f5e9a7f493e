import { Injectable } from '@nestjs/common';
import type { Capacity } from '#domain/run/run.decider';
import { AgentsProjection } from '../agents/agents.projection.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { RunsProjection } from './runs.projection.js';

/**
 * Free slots by agent that can be given work: what the log says, less the dispatches that are decided and on their way into it. Only an
 * economy: an agent that gets one too many lets it wait. Every command asks, so everything is kept and nothing is counted.
 */
@Injectable()
export class SlotBook implements Projection {
  private readonly underway = new Map<string, string>();
  private readonly underwayOf = new Map<string, number>();

  constructor(private readonly agents: AgentsProjection, private readonly runs: RunsProjection) {}

  /** Comes after the runs, which have counted a dispatch from here on. */
  apply({ event }: FoldedEvent): void {
    if (event.type === 'JobDispatched') this.release(event.data.executionId);
  }

  capacity(): Capacity {
    // Without a prototype: an agent may be called `constructor`.
    const free = Object.create(null) as Record<string, number>;
    for (const { name, slots } of this.agents.available()) free[name] = slots - this.runs.slotsTakenOf(name) - (this.underwayOf.get(name) ?? 0);
    return free;
  }

  /**
   * The executions that an agent may have to do with: those that are out, and the dispatches that are decided and on their way into the
   * log. Once a drain was answered, none is decided any more, so that 0 stays 0. With several servers each counts its own only.
   */
  executionsOf(agent: string): number {
    return this.runs.openExecutionsOf(agent).size + (this.underwayOf.get(agent) ?? 0);
  }

  /** A dispatch was decided. Its event is not folded yet. */
  reserve(executionId: string, agent: string): void {
    if (this.underway.has(executionId)) return;
    this.underway.set(executionId, agent);
    this.underwayOf.set(agent, (this.underwayOf.get(agent) ?? 0) + 1);
  }

  /** The decision did not reach the log, or has reached the fold. */
  release(executionId: string): void {
    const agent = this.underway.get(executionId);
    if (agent === undefined) return;
    this.underway.delete(executionId);
    this.underwayOf.set(agent, (this.underwayOf.get(agent) ?? 1) - 1);
  }
}
