import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { jobnetDecider, versionToStart } from '#domain/jobnet/jobnet.decider';
import type { RunOccurrence } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { CommandRejectedError } from '../../event-sourcing/command-failures.js';
import { type CommandEnvelope, runIdOf } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { JobnetsProjection } from '../../jobnets/jobnets.projection.js';
import { LogProjection } from '../../log/log.projection.js';
import { type RunOrder, RunTransactions } from './run-transactions.js';

/** By whom it was planned, and for when. */
interface Planned {
  readonly nominalAt: Instant;
  readonly occurrence: RunOccurrence;
}

export class StartRun extends Command<Transacted & { runId: string }> {
  constructor(readonly jobnet: string, readonly parameters: Readonly<Record<string, string>>, readonly envelope: CommandEnvelope, readonly planned?: Planned) {
    super();
  }
}

@CommandHandler(StartRun)
export class StartRunHandler implements ICommandHandler<StartRun> {
  constructor(private readonly jobnets: JobnetsProjection, private readonly log: LogProjection, private readonly runs: RunTransactions) {}

  async execute({ jobnet, parameters, envelope, planned }: StartRun): Promise<Transacted & { runId: string }> {
    const runId = runIdOf(envelope.commandId);
    const done = await this.runs.transact(runId, envelope, () => ({ ...this.orderNow(runId, jobnet, parameters), ...planned }), { begins: true });
    return { ...done, runId };
  }

  /**
   * Asked in the instant of the decision: what the fold said before the run's stream was read may be over. On one server a start that is
   * decided after a disable was answered sees it, because the answer waits for the fold. Another server may lag behind it; to refuse its
   * start too, runs have to be admitted on the jobnet's own stream (design section 10.14).
   */
  private orderNow(runId: string, jobnet: string, parameters: Readonly<Record<string, string>>): RunOrder {
    const found = versionToStart(jobnet, this.jobnets.find(jobnet)?.state ?? jobnetDecider.initialState);
    if ('rejected' in found) throw new CommandRejectedError(found.rejected, found.message);
    const { version, definition } = found;
    const { epoch } = this.log.state;
    return { type: 'StartRun', runId, version, definition, parameters: { ...definition.parameters, ...parameters }, ...(epoch === 0 ? {} : { epoch }) };
  }
}
