import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { RunTransactions } from './run-transactions.js';

export class RecoverExecutions extends Command<Transacted> {
  constructor(readonly runId: string, readonly agent: string, readonly executionIds: readonly string[], readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecoverExecutions)
export class RecoverExecutionsHandler implements ICommandHandler<RecoverExecutions> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, agent, executionIds, envelope }: RecoverExecutions): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'RecoverExecutions', agent, executionIds });
  }
}
