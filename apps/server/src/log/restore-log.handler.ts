import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { CommandRejectedError } from '../event-sourcing/command-failures.js';
import { HoldRestored } from '../runs/commands/hold-restored.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { LogAggregate } from '../servers/server.aggregate.js';
import { AgentsAhead } from './agents-ahead.js';
import { LogProjection } from './log.projection.js';

/** Holds that go on side by side; their appends share a commit. */
const AT_ONCE = 256;

export class RestoreLog extends Command<Transacted> {
  /** `expected`: the epoch that held when the operator decided. */
  constructor(readonly expected: number | undefined, readonly force: boolean, readonly envelope: CommandEnvelope) {
    super();
  }
}

/**
 * First every open run is held, then the epoch begins, and only then agents that know more are let in: at no moment can anything of the
 * lost stretch be dispatched a second time. A crash in between leaves runs held and no epoch; the command given again completes it.
 */
@CommandHandler(RestoreLog)
export class RestoreLogHandler implements ICommandHandler<RestoreLog> {
  constructor(
    private readonly repository: AggregateRepository, private readonly bus: CommandBus, private readonly log: LogProjection,
    private readonly runs: RunsProjection, private readonly ahead: AgentsAhead,
  ) {}

  async execute({ expected, force, envelope }: RestoreLog): Promise<Transacted> {
    const before = await this.repository.transact(() => new LogAggregate(), envelope, () => undefined);
    if (before.repeats !== undefined) return before;
    const { epoch: current } = this.log.state;
    if (expected !== undefined && expected !== current) throw new CommandRejectedError('not-as-expected', `the log is in epoch ${current}, not ${expected}`);
    if (!force && this.ahead.all().length === 0 && !this.ahead.isWordAwaited) {
      throw new CommandRejectedError('log-not-behind', 'no agent has been seen that knows more than this log holds; every open run would be held. If it was restored all the same, and its agents are away, say so by force');
    }
    const epoch = Math.max(current, this.ahead.epoch) + 1;
    await this.holdOpenRuns(epoch, envelope);
    return this.repository.transact(() => new LogAggregate(), envelope, (log, metadata) => log.handle({ type: 'BeginEpoch', epoch }, metadata));
  }

  private async holdOpenRuns(epoch: number, envelope: CommandEnvelope): Promise<void> {
    const open = [...this.runs.all()].filter(({ run, corrupt }) => run.finished === undefined && corrupt === undefined).map(({ run }) => run.runId);
    for (let next = 0; next < open.length; next += AT_ONCE) {
      await Promise.all(open.slice(next, next + AT_ONCE).map((runId) => this.bus.execute(new HoldRestored(runId, epoch, envelope))));
    }
  }
}
