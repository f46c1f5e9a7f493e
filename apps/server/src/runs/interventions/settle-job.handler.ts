import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Expectation } from '#domain/run/interventions/intervention';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from '../commands/run-transactions.js';

export class SettleJob extends Command<Transacted> {
  constructor(
    readonly runId: string, readonly jobId: string, readonly outcome: 'succeeded' | 'failed', readonly exitCode: number | undefined, readonly expect: Expectation | undefined, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(SettleJob)
export class SettleJobHandler implements ICommandHandler<SettleJob> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, jobId, outcome, exitCode, expect, envelope }: SettleJob): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'SettleJob', jobId, outcome, exitCode, expect });
  }
}
