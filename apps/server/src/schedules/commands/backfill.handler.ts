import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DueOccurrence } from '#domain/schedule/decide-occurrences';
import type { Instant } from '#events/vocabulary';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { CommandRejectedError } from '../../event-sourcing/command-failures.js';
import { RunsProjection } from '../../runs/runs.projection.js';
import { instantOf, OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';
import { PendingStarts } from '../pending-starts.js';
import { upToOneAppend } from './decide-due.js';

/** In one word of an operator: a longer past is filled up in parts. One append holds them all. */
const MOST_BACKFILLED = 400;

interface Backfilled extends Transacted {
  /** How many occurrences are started by it, or were by an earlier sending. */
  readonly started: number;
  /** How many of the range had been started before. */
  readonly already: number;
}

/** Starts what was due in a stretch of the past and has no run: from one instant on, before the other. */
export class Backfill extends Command<Backfilled> {
  constructor(readonly schedule: string, readonly from: Instant, readonly until: Instant, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(Backfill)
export class BackfillHandler implements ICommandHandler<Backfill> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner, private readonly runs: RunsProjection, private readonly pending: PendingStarts) {}

  async execute({ schedule, from, until, envelope }: Backfill): Promise<Backfilled> {
    let counts = { started: 0, already: 0 };
    const done = await this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      if (until > metadata.at) throw new CommandRejectedError('range-not-past', `only the past is filled up: ${until} lies after ${metadata.at}`);
      const { definition } = aggregate.state;
      const found: DueOccurrence[] = [];
      if (definition !== undefined) {
        for (const each of this.planner.between(definition, before(from), before(until))) {
          if (found.length === MOST_BACKFILLED) throw new CommandRejectedError('range-too-long', `more than ${MOST_BACKFILLED} occurrences lie between ${from} and ${until}; fill it up in parts`);
          found.push(this.planner.due(definition, each, metadata.at));
        }
      }
      const missing = found.map((each) => ({ ...each, runs: each.runs.filter(({ runId }) => !this.isKnown(runId)) })).filter(({ runs }) => runs.length > 0);
      const fit = upToOneAppend(missing).length;
      if (fit < missing.length) throw new CommandRejectedError('range-too-long', `no more than ${fit} of these ${missing.length} occurrences fit into one word; fill it up in parts`);
      counts = { started: missing.length, already: found.length - missing.length };
      aggregate.handle({ type: 'Backfill', schedule, occurrences: missing }, metadata);
    });
    return { ...done, ...(done.repeats === undefined ? counts : { started: done.repeats.length, already: 0 }) };
  }

  private isKnown(runId: string): boolean {
    return this.runs.find(runId) !== undefined || this.pending.has(runId);
  }
}

function before(instant: Instant): Instant {
  return instantOf(Date.parse(instant) - 1);
}
