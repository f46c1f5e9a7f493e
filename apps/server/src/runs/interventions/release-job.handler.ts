import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Expectation } from '#domain/run/interventions/intervention';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class ReleaseJob extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly jobId: string, readonly expect: Expectation | undefined, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(ReleaseJob)
export class ReleaseJobHandler implements ICommandHandler<ReleaseJob> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, jobId, expect, envelope }: ReleaseJob): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'ReleaseJob', jobId, expect });
  }
}
