import { type Command, Option } from 'commander';
import type { LogView } from '#protocol/log';
import { wholeNumber } from '../arguments/whole-number.js';
import type { CliContext } from '../cli-context.js';
import type { ConnectionOptions } from '../client/settings.js';
import { intervene, type InterventionOptions, type Verb, verbCommand } from '../interventions/intervene.js';
import type { Output } from '../output/output.js';
import { sessionOf, withConnection } from '../commands/client-command.js';
import type { Finish } from '../commands/finish.js';
import { addLogCopy } from './log-copy.command.js';

interface RestoredOptions extends InterventionOptions {
  expectEpoch?: number;
  force?: boolean;
}

const RESTORED: Verb<RestoredOptions> = {
  name: 'restored', summary: 'say that the log was put back to an earlier state',
  help: 'After a restore from a copy, agents know of things that the log does not hold any more: they get no work until you say so. '
    + 'Every open run is held, because what the lost stretch did is not to be done again by itself: look at each, then release it. '
    + 'What agents still hold is taken back into the log; what they finished in the lost stretch is not known, see `kiroku agent show`.',
  flags: [new Option('--force', 'also while no agent has been seen that knows more than the log'), new Option('--expect-epoch <n>', 'refuse unless the log is in this epoch still').argParser(wholeNumber('--expect-epoch'))],
  body: ({ expectEpoch, force }) => ({ ...(expectEpoch === undefined ? {} : { expect: { epoch: expectEpoch } }), ...(force === true ? { force } : {}) }),
  done: () => 'has begun a new epoch; open runs are held (kiroku run list --status held), and agents that know more are let in',
};

const RAISE_FORMAT: Verb<InterventionOptions> = {
  name: 'raise-format', summary: 'let the servers record what an older version cannot read',
  help: 'After an update the servers go on writing as the version before, so that both can serve this log side by side and the update can be taken back. '
    + 'Once every server is of the new version, this says so; a server of the old one cannot serve this log any more. `kiroku log show` tells whether there is anything to raise.',
  flags: [], body: () => ({}),
  done: () => 'is of the newest format that this server reads',
};

/** `kiroku log show|restored|raise-format|copy` */
export function addLogCommands(program: Command, context: CliContext, finish: Finish): void {
  const log = program.command('log').description('the log: what it is, what to do after it was restored, and moving it to another store');

  withConnection(log.command('show').description('which log this is, where it ends, how often it was restored, and which agents know more than it holds'))
    .action(async (options: ConnectionOptions) => {
      const { api, out } = sessionOf(options, context);
      out.answer(await api.get<LogView>('/api/v1/log', ['logId', 'epoch', 'agentsAhead']), (view) => showLog(view, out));
    });

  verbCommand(log, RESTORED, []).action((options: RestoredOptions) => intervene(RESTORED, { path: '/api/v1/log', words: 'the log' }, options, context));
  verbCommand(log, RAISE_FORMAT, []).action((options: InterventionOptions) => intervene(RAISE_FORMAT, { path: '/api/v1/log', words: 'the log' }, options, context));
  addLogCopy(log, context, finish);
}

function showLog({ logId, epoch, position, agentsAhead, format, newestFormat }: LogView, out: Output): void {
  out.line(`log ${logId}, at position ${position}, ${epoch === 0 ? 'never restored' : `epoch ${epoch}`}`);
  if (newestFormat > format) out.line(`of format ${format}; this server reads up to ${newestFormat}: once every server does, kiroku log raise-format --reason ...`);
  for (const { agent, position: told, at } of agentsAhead) {
    out.line(`agent ${agent} was told of position ${told}, which this log does not hold (last tried ${at}): if the log was restored, kiroku log restored --reason ...`);
  }
}
