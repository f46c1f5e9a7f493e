import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from './run-transactions.js';

export class DispatchReady extends Command<Transacted> {
  constructor(readonly runId: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DispatchReady)
export class DispatchReadyHandler implements ICommandHandler<DispatchReady> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, envelope }: DispatchReady): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'DispatchReady' });
  }
}
