import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Report } from '#protocol/agent-link';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';

/** Nothing finished is lost: a report that fits no run is kept where an operator finds it (law 4). */
export class RecordUnmatched extends Command<Transacted> {
  constructor(readonly name: string, readonly report: Report, readonly why: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordUnmatched)
export class RecordUnmatchedHandler implements ICommandHandler<RecordUnmatched> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ name, report, why, envelope }: RecordUnmatched): Promise<Transacted> {
    const { executionId, sequence } = report;
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'RecordUnmatched', report: { executionId, sequence, why, report: { ...report } } }, metadata);
    });
  }
}
