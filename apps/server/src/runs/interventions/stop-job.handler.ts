import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Expectation } from '#domain/run/interventions/intervention';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class StopJob extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly jobId: string, readonly expect: Expectation | undefined, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(StopJob)
export class StopJobHandler implements ICommandHandler<StopJob> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, jobId, expect, envelope }: StopJob): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'StopJob', jobId, expect });
  }
}
