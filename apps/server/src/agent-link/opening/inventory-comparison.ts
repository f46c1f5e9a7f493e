import { Injectable, Logger } from '@nestjs/common';
import type { Inventory, InventoryAnswer } from '#protocol/agent-link';
import { AgentsProjection } from '../../agents/agents.projection.js';
import { RunsProjection } from '../../runs/runs.projection.js';
import type { LiveSession } from '../live-sessions.js';
import { endedAmong, heldAfterAll, notArrived, notHeld } from './differences.js';

/** So many differences are named in the server's own log. */
const NAMED = 10;

const NONE: ReadonlySet<string> = new Set();

/**
 * Compares what an agent holds in the middle of a session with what the log says of it, by what a hello is compared by. It writes nothing: what
 * differs is settled by the opening of the next session. A message may be on its way, so a difference counts only when it is there in two comparisons in a
 * row; and one that stood through a renewal is not a reason for another, so that no agent goes round in circles.
 */
@Injectable()
export class InventoryComparison {
  private readonly logger = new Logger(InventoryComparison.name);
  private readonly seen = new WeakMap<LiveSession, ReadonlySet<string>>();
  /** By agent: what a session was renewed for, as long as it differs. */
  private readonly renewedFor = new Map<string, ReadonlySet<string>>();

  constructor(private readonly runs: RunsProjection, private readonly agents: AgentsProjection) {}

  compare(session: LiveSession, said: Inventory): InventoryAnswer {
    const { name } = session;
    const differences = new Set(this.differences(name, said));
    const seen = this.seen.get(session) ?? NONE;
    const renewedFor = [...this.renewedFor.get(name) ?? NONE].filter((each) => differences.has(each));
    const standing = [...differences].filter((each) => seen.has(each) && !renewedFor.includes(each));
    this.seen.set(session, differences);
    this.renewedFor.set(name, new Set([...renewedFor, ...standing]));
    if (standing.length > 0) {
      this.logger.warn({ msg: 'the log and an agent differ; the agent is asked to say hello again', agent: name, session: session.number, differences: standing.slice(0, NAMED), count: standing.length });
    }
    return { renew: standing.length > 0 };
  }

  private *differences(name: string, said: Inventory): Iterable<string> {
    for (const { executionId } of notHeld(this.runs, name, said, this.agents.find(name)?.journalSince ?? 0n)) yield `${executionId} is not held`;
    for (const { executionId } of heldAfterAll(this.runs, name, said.inventory)) yield `${executionId} is held after all`;
    for (const executionId of endedAmong(this.runs, said.open)) yield `${executionId} has ended`;
    for (const { kind, executionId } of notArrived(this.runs, name, said)) yield `${executionId}: its ${kind} has not arrived`;
  }
}
