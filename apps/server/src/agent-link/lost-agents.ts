import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AgentsProjection, type Loss } from '../agents/agents.projection.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { CommandRejectedError, StreamClosedError } from '../event-sourcing/command-failures.js';
import { hashUuid } from '../event-sourcing/event-id.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { Reaction } from '../event-sourcing/reaction.js';
import { AbandonExecution } from '../runs/interventions/abandon-execution.handler.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { type OpenExecution, RunsProjection } from '../runs/runs.projection.js';

/** Executions that are given up side by side; their appends share a commit. */
const AT_ONCE = 64;

/**
 * Gives up the executions of agents that were declared lost, each in its run's stream. It keeps no list of its own: what is due follows from
 * the fold, so that the next start completes what a crash has left, under the same command ids. While the log denies what some agent knows, it waits for the
 * operator's word about that.
 */
@Injectable()
export class LostAgents implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(LostAgents.name);
  private readonly abandoning = new Reaction(() => this.abandonDue(), (error) => {
    this.logger.warn({ msg: 'executions of a lost agent could not be abandoned; trying again', error: String(error) });
  });
  /** Undefined until the log is folded. */
  private follower: LogFollower | undefined;

  constructor(private readonly agents: AgentsProjection, private readonly runs: RunsProjection, private readonly bus: CommandBus, private readonly ahead: AgentsAhead) {}

  start(follower: LogFollower): void {
    this.follower = follower;
    this.abandoning.start();
  }

  /** Comes after the projections it reads. A dispatch decided before the declaration may come behind it. */
  apply({ event }: FoldedEvent): void {
    // The last one may be what the abandoning waited for.
    if (event.type === 'AgentDeclaredLost' || event.type === 'EpochBegan' || event.type === 'AgentConnected') void this.sweep();
    else if (event.type === 'JobDispatched' && this.agents.find(event.data.agent)?.agent.declaredLost !== undefined) void this.sweep();
  }

  /** Resolves when all that is due was tried once; what failed is tried again by itself. */
  sweep(): Promise<void> {
    return this.abandoning.ask();
  }

  onApplicationShutdown(): void {
    this.abandoning.stop();
  }

  private async abandonDue(): Promise<boolean> {
    if (this.ahead.isWordAwaited) return false;
    const due = [...this.due()];
    for (let first = 0; first < due.length; first += AT_ONCE) {
      const places = await Promise.all(due.slice(first, first + AT_ONCE).map(({ loss, execution }) => this.abandon(loss, execution)));
      for (const place of places) if (place !== undefined) await this.follower?.whenFolded(place);
    }
    return false;
  }

  /** What was out when it was declared lost; while it still is, also what came behind. A closed run takes no word any more. */
  private *due(): Iterable<{ loss: Loss; execution: OpenExecution }> {
    for (const { agent, loss } of this.agents.all()) {
      if (loss === undefined) continue;
      for (const execution of this.runs.openExecutionsOf(agent.name).values()) {
        const isMeant = execution.position < loss.position || agent.declaredLost !== undefined;
        if (isMeant && this.runs.find(execution.runId)?.corrupt === undefined) yield { loss, execution };
      }
    }
  }

  /** In the name of who declared it. Where the execution has ended meanwhile, there is nothing to give up. */
  private async abandon({ eventId, metadata: { actor, reason, ticket } }: Loss, { runId, executionId }: OpenExecution): Promise<bigint | undefined> {
    const envelope: CommandEnvelope = { commandId: hashUuid([eventId, executionId]), actor, reason, ticket, causationId: eventId };
    try {
      const { place } = await this.bus.execute(new AbandonExecution(runId, executionId, envelope, true));
      return BigInt(place.receipt.position);
    } catch (error) {
      if (error instanceof CommandRejectedError || error instanceof StreamClosedError) return undefined;
      throw error;
    }
  }
}
