import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class ReleaseRun extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(ReleaseRun)
export class ReleaseRunHandler implements ICommandHandler<ReleaseRun> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, envelope }: ReleaseRun): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'ReleaseRun' });
  }
}
