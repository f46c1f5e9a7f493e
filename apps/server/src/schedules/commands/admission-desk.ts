import { Injectable } from '@nestjs/common';
import type { Admission } from '#domain/jobnet/admission';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { FoldBehindError } from '../../event-sourcing/command-failures.js';
import { LogFollower } from '../../event-sourcing/log-follower.js';
import { JobnetAggregate } from '../../jobnets/jobnet.aggregate.js';
import { OpenRuns } from '../open-runs.js';

/** What a command leaves to be said by the other streams. */
type Asked<Command> = Command extends Admission ? Omit<Command, 'open' | 'over'> : never;

/**
 * Decides on a jobnet's stream by what the streams of runs and schedules say, never by an older state of those than of the jobnet: a run that another
 * server has admitted a moment ago and that is not seen here yet would look like one that will never begin.
 */
@Injectable()
export class AdmissionDesk {
  constructor(private readonly repository: AggregateRepository, private readonly openRuns: OpenRuns, private readonly follower: LogFollower) {}

  /** @param ask what to decide by then; undefined when there is nothing to decide any more */
  async decide(jobnet: string, envelope: CommandEnvelope, ask: () => Asked<Admission> | undefined): Promise<Transacted> {
    for (;;) {
      try {
        return await this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
          const position = BigInt(aggregate.place?.receipt.position ?? '0');
          if (position > this.follower.position) throw new FoldBehindError(position);
          const asked = ask();
          if (asked !== undefined) aggregate.handle({ ...asked, ...this.openRuns.around(jobnet, aggregate.state.admissions) }, metadata);
        });
      } catch (error) {
        if (!(error instanceof FoldBehindError)) throw error;
        await this.follower.whenFolded(error.position);
      }
    }
  }
}
