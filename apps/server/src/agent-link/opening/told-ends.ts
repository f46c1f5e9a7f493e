import { Injectable } from '@nestjs/common';
import type { Position } from '#event-store/event-store.port';
import type { FoldedEvent, Projection } from '../../event-sourcing/projection.js';

interface ToldEnd {
  readonly executionId: string;
  readonly position: Position;
}

/** As many newest ends an agent are remembered. More than that between two copies of a journal are noticed by any one of them. */
const REMEMBERED = 256;

const ENDS: ReadonlySet<string> = new Set(['JobFinished', 'JobStopped', 'JobLost', 'JobNeverStarted', 'JobDeclined', 'LateResultRecorded']);

/** The newest ends that each agent has told, and where they stand in the log: an agent that neither holds one nor has its receipt has forgotten telling it. */
@Injectable()
export class ToldEnds implements Projection {
  private readonly byAgent = new Map<string, ToldEnd[]>();

  apply({ event, recorded: { position, metadata: { actor } } }: FoldedEvent): void {
    if (actor.kind !== 'agent' || !ENDS.has(event.type) || !('executionId' in event.data)) return;
    const { executionId } = event.data;
    const ends = this.byAgent.get(actor.id);
    if (ends === undefined) this.byAgent.set(actor.id, [{ executionId, position }]);
    else if (ends.push({ executionId, position }) > 2 * REMEMBERED) ends.splice(0, REMEMBERED);
  }

  /** The executions whose end the agent told after a position. */
  after(agent: string, position: Position): string[] {
    return (this.byAgent.get(agent) ?? []).filter((end) => end.position > position).map(({ executionId }) => executionId);
  }
}
