import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandRejectedError } from '../../event-sourcing/command-failures.js';
import { type CommandEnvelope, runIdOf } from '../../event-sourcing/command-envelope.js';
import type { Transacted } from '../../event-sourcing/aggregate.repository.js';
import { JobnetsProjection } from '../../jobnets/jobnets.projection.js';
import { RunTransactions } from './run-transactions.js';

export class StartRun extends Command<Transacted & { runId: string }> {
  constructor(readonly jobnet: string, readonly parameters: Readonly<Record<string, string>>, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(StartRun)
export class StartRunHandler implements ICommandHandler<StartRun> {
  constructor(private readonly jobnets: JobnetsProjection, private readonly runs: RunTransactions) {}

  async execute({ jobnet, parameters, envelope }: StartRun): Promise<Transacted & { runId: string }> {
    const defined = this.jobnets.find(jobnet);
    if (defined === undefined) throw new CommandRejectedError('jobnet-not-found', `there is no jobnet ${jobnet}`);
    const runId = runIdOf(envelope.commandId);
    const { version, definition } = defined;
    const values = { ...definition.parameters, ...parameters };
    const done = await this.runs.transact(runId, envelope, { type: 'StartRun', runId, version, definition, parameters: values });
    return { ...done, runId };
  }
}
