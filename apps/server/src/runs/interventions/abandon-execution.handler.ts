import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class AbandonExecution extends Command<Transacted> {
  constructor(readonly runId: string, readonly executionId: string, readonly envelope: CommandEnvelope, readonly agentDeclaredLost?: true) {
    super();
  }
}

@CommandHandler(AbandonExecution)
export class AbandonExecutionHandler implements ICommandHandler<AbandonExecution> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, executionId, envelope, agentDeclaredLost }: AbandonExecution): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'AbandonExecution', executionId, agentDeclaredLost });
  }
}
