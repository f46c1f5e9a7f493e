import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Instant } from '#events/vocabulary';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';

/** A silence has outlasted the agent's grace. It is the silence after a session: one that has begun meanwhile is not touched. */
export class RecordUnreachable extends Command<Transacted> {
  constructor(readonly name: string, readonly session: number | undefined, readonly silentSince: Instant, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordUnreachable)
export class RecordUnreachableHandler implements ICommandHandler<RecordUnreachable> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ name, session, silentSince, envelope }: RecordUnreachable): Promise<Transacted> {
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'RecordUnreachable', session, silentSince }, metadata);
    });
  }
}
