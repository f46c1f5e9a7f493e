import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { AdmissionDesk } from './admission-desk.js';

/** A run of a jobnet is over: whoever waits for that may begin. */
export class AdmitNext extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(AdmitNext)
export class AdmitNextHandler implements ICommandHandler<AdmitNext> {
  constructor(private readonly desk: AdmissionDesk) {}

  execute({ jobnet, envelope }: AdmitNext): Promise<Transacted> {
    return this.desk.decide(jobnet, envelope, () => ({ type: 'AdmitNext' }));
  }
}
