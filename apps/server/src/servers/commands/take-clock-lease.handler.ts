import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Holder } from '#domain/server/lease.decider';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { LeaseAggregate } from '../server.aggregate.js';

/** The lease of `from` is over, as far as the taker knows; who was first has it. */
export class TakeClockLease extends Command<Transacted> {
  constructor(readonly taker: Holder, readonly from: Holder | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(TakeClockLease)
export class TakeClockLeaseHandler implements ICommandHandler<TakeClockLease> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ taker, from, envelope }: TakeClockLease): Promise<Transacted> {
    return this.repository.transact(() => new LeaseAggregate(), envelope, (lease, metadata) => lease.handle({ type: 'TakeLease', taker, from }, metadata));
  }
}
