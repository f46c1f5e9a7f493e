import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class StopRun extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(StopRun)
export class StopRunHandler implements ICommandHandler<StopRun> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, envelope }: StopRun): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'StopRun' });
  }
}
