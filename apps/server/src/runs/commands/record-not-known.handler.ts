import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from './run-transactions.js';

export class RecordNotKnown extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly agent: string, readonly executionIds: readonly string[], readonly reason: string, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(RecordNotKnown)
export class RecordNotKnownHandler implements ICommandHandler<RecordNotKnown> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, agent, executionIds, reason, envelope }: RecordNotKnown): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'RecordNotKnown', agent, executionIds, reason });
  }
}
