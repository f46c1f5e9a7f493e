import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ExecutionFact } from '#domain/run/execution-fact';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { RunTransactions } from './run-transactions.js';

export class RecordFacts extends Command<Transacted> {
  constructor(readonly runId: string, readonly agent: string, readonly facts: readonly ExecutionFact[], readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordFacts)
export class RecordFactsHandler implements ICommandHandler<RecordFacts> {
  constructor(private readonly runs: RunTransactions) {}

  execute({ runId, agent, facts, envelope }: RecordFacts): Promise<Transacted> {
    return this.runs.transact(runId, envelope, { type: 'RecordFacts', agent, facts });
  }
}
