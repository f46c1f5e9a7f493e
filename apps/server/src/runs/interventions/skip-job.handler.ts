import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Expectation } from '#domain/run/interventions/intervention';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class SkipJob extends Command<Transacted> {
  constructor(readonly runId: string, readonly jobId: string, readonly expect: Expectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(SkipJob)
export class SkipJobHandler implements ICommandHandler<SkipJob> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, jobId, expect, envelope }: SkipJob): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'SkipJob', jobId, expect });
  }
}
