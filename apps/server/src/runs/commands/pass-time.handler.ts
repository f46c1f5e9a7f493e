import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DueKind } from '#domain/run/time/next-due';
import type { Instant } from '#events/vocabulary';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { RunTransactions } from './run-transactions.js';

export class PassTime extends Command<Transacted> {
  constructor(readonly runId: string, readonly kind: DueKind, readonly now: Instant, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(PassTime)
export class PassTimeHandler implements ICommandHandler<PassTime> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, kind, now, envelope }: PassTime): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'PassTime', kind, now });
  }
}
