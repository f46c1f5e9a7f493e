import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { PendingStarts } from '../pending-starts.js';
import { AdmissionDesk } from './admission-desk.js';

interface WantedRun {
  readonly runId: string;
  readonly schedule: string;
  readonly key: string;
  readonly overlap: 'skip' | 'queue' | 'replace';
}

/** A schedule wants a run of a jobnet of which not several may be open. */
export class AdmitRun extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly wanted: WantedRun, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(AdmitRun)
export class AdmitRunHandler implements ICommandHandler<AdmitRun> {
  constructor(private readonly desk: AdmissionDesk, private readonly pending: PendingStarts) {}

  /** Another server may have dropped it, passed it over or let it in, and it may be over since: then nobody waits for it. */
  execute({ jobnet, wanted, envelope }: AdmitRun): Promise<Transacted> {
    return this.desk.decide(jobnet, envelope, () => (this.pending.isWanted(wanted.runId) ? { type: 'AdmitRun', jobnet, ...wanted } : undefined));
  }
}
