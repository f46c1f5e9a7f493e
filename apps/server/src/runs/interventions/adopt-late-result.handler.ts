import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Expectation } from '#domain/run/interventions/intervention';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class AdoptLateResult extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly jobId: string, readonly lateExecutionId: string | undefined, readonly expect: Expectation | undefined, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(AdoptLateResult)
export class AdoptLateResultHandler implements ICommandHandler<AdoptLateResult> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, jobId, lateExecutionId, expect, envelope }: AdoptLateResult): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'AdoptLateResult', jobId, lateExecutionId, expect });
  }
}
