import type { Command } from 'commander';
import { storeUrl, withoutPassword } from '../arguments/store-url.js';
import { WrongUsage } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import type { CliContext, CopyResult } from '../cli-context.js';
import type { Finish } from '../commands/finish.js';
import { Output } from '../output/output.js';
import { CopyProgressLine } from './copy-progress-line.js';

interface Flags {
  from: string;
  to: string;
  sourceStopped?: boolean;
  json?: boolean;
}

/** `kiroku log copy`: needs no server, and none may use either store. */
export function addLogCopy(log: Command, context: CliContext, finish: Finish): void {
  log.command('copy').summary('copy the whole log into another, empty store, and compare the two')
    .description('Copies the whole log into another, empty store, and compares the two. Stop every server before, and start them on the new store only when this was done (exit code 0). '
      + 'A copy that was cut off goes on when the same command is given again.')
    .requiredOption('--from <store>', 'the log: sqlite:FILE, postgres://USER@HOST/DATABASE or kurrentdb://HOST,...')
    .requiredOption('--to <store>', 'the empty store, likewise')
    .option('--source-stopped', 'no server uses the source, also where one is on record as started and not as stopped because it crashed')
    .option('--json', 'print the result as JSON')
    .action((flags: Flags) => copy(flags, context, finish));
}

async function copy({ from, to, sourceStopped = false, json = false }: Flags, context: CliContext, finish: Finish): Promise<void> {
  const out = new Output(context, json);
  const [source, target] = [storeUrl(from, context.cwd, '--from'), storeUrl(to, context.cwd, '--to')];
  if (source === target) throw new WrongUsage('--from and --to name the same store');
  const copying = await context.loadCopying();
  const progress = new CopyProgressLine(context);
  const since = context.now();
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  process.once('SIGINT', leave);
  try {
    const result = await copying.copyBetween({ from: source, to: target, sourceStopped, onProgress: (each) => progress.show(each), signal: stop.signal });
    progress.end();
    say(result, (context.now() - since) / 1000, source, target, out);
  } catch (error) {
    progress.end();
    if (!stop.signal.aborted) throw error;
    out.note('stopped; what is copied stays, and the same command goes on from there. The target is no log to start a server on yet');
    finish(EXIT.interrupted);
  } finally {
    process.off('SIGINT', leave);
  }
}

function say(result: CopyResult, seconds: number, source: string, target: string, out: Output): void {
  const { found, copied, events, appends, streams, position, positionsKept, sha256 } = result;
  if (out.json) {
    out.line(JSON.stringify({ from: withoutPassword(source), to: withoutPassword(target), ...result, position: position.toString(), seconds }));
    return;
  }
  const before = found === 0 ? '' : `, ${found} were there from before`;
  out.line(`copied ${copied} events${before}; both logs are the same: ${events} events in ${appends} appends on ${streams} streams (${Math.round(seconds)} s)`);
  out.line(`last position ${position} in ${withoutPassword(target)}, sha256 ${sha256}`);
  if (positionsKept) out.line('every event stands at the position where it stood: start the servers with --store set to it, and agents go on');
  else {
    out.line('positions are others there: start a server with --store set to it, and where kiroku log show names agents, which get no work until then, say');
    out.line('  kiroku log restored --reason "the log was moved"');
    out.line('which holds the open runs: look at each (kiroku run list --status held) and release it');
  }
  out.line('put the old log away: a server that is started on it would do again what is done from now on');
}
