import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Expectation } from '#domain/run/interventions/intervention';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class RerunJob extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly jobId: string, readonly concurrent: boolean, readonly expect: Expectation | undefined, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(RerunJob)
export class RerunJobHandler implements ICommandHandler<RerunJob> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, jobId, concurrent, expect, envelope }: RerunJob): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'RerunJob', jobId, concurrent, expect });
  }
}
