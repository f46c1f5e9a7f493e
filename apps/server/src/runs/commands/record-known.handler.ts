import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { RunTransactions } from './run-transactions.js';

export class RecordKnown extends Command<Transacted> {
  constructor(readonly runId: string, readonly agent: string, readonly executionIds: readonly string[], readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordKnown)
export class RecordKnownHandler implements ICommandHandler<RecordKnown> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, agent, executionIds, envelope }: RecordKnown): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'RecordKnown', agent, executionIds });
  }
}
