import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { RunTransactions } from './run-transactions.js';

export class HoldRestored extends Command<Transacted> {
  constructor(readonly runId: string, readonly epoch: number, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(HoldRestored)
export class HoldRestoredHandler implements ICommandHandler<HoldRestored> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, epoch, envelope }: HoldRestored): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'HoldRestored', epoch });
  }
}
