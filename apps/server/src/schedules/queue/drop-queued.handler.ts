import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WhichQueued } from '#domain/jobnet/drop-queued';
import type { JobnetExpectation } from '#domain/jobnet/jobnet.decider';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { JobnetAggregate } from '../../jobnets/jobnet.aggregate.js';
import { AT_ONCE, BYTES_AT_ONCE } from '../commands/decide-due.js';

/** Of an event, beside the reason, which each has again. */
const BYTES_BESIDES = 800;

/** Runs that wait for their turn are not to come. */
export class DropQueued extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly which: WhichQueued, readonly expect: JobnetExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DropQueued)
export class DropQueuedHandler implements ICommandHandler<DropQueued> {
  constructor(private readonly repository: AggregateRepository) {}

  /** On the stream that lets runs in, too: of a run that another server lets in meanwhile, one of both decisions is made anew. */
  execute({ jobnet, which, expect, envelope }: DropQueued): Promise<Transacted> {
    const most = Math.min(AT_ONCE, Math.floor(BYTES_AT_ONCE / (Buffer.byteLength(JSON.stringify(envelope)) + BYTES_BESIDES)));
    return this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'DropQueued', jobnet, which, most, expect }, metadata);
    });
  }
}
