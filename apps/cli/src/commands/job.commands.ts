import type { Command } from 'commander';
import type { OutputView } from '#protocol/api';
import type { OutputStream } from '#protocol/outputs';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { addJobVerbs } from '../interventions/job-verbs.js';
import type { Output } from '../output/output.js';
import { sizeWords } from '../output/size-words.js';
import { OutputWriter } from '../outputs/write-output.js';
import { sessionOf, withConnection } from './client-command.js';

interface OutputOptions extends ConnectionOptions {
  stream: OutputStream;
  follow?: boolean;
  attempt?: number;
  tail?: boolean;
}

/** `kiroku job skip|stop|hold|release|rerun|settle|adopt|output` */
export function addJobCommands(program: Command, context: CliContext): void {
  const job = program.command('job').description('one job of a run');

  addJobVerbs(job, context);
  withConnection(job.command('output').description('write a job\'s output to stdout as it is, fetched from its agent; while that is away, the end of it')
    .argument('<run>').argument('<job>')
    .option('--stream <name>', 'stdout or stderr', streamName, 'stdout')
    .option('--follow', 'go on with what a running job writes, until it ends')
    .option('--attempt <n>', 'of an earlier attempt', attemptNumber)
    .option('--tail', 'only what came with the result (the last 4 KiB), whether the agent is there or not'))
    .action(async (run: string, id: string, options: OutputOptions) => {
      const session = sessionOf(options, context);
      const { stream, attempt, follow = false } = options;
      if (follow && (options.json === true || options.tail === true)) throw new WrongUsage(`--follow writes bytes; it does not go with ${options.json === true ? '--json' : '--tail'}`);
      if (options.json !== true && options.tail !== true) return new OutputWriter({ run, job: id, stream, follow, attempt }, session).write();
      const answer = await session.api.get<OutputView>(apiPath`/runs/${run}/jobs/${id}/output`, ['tail', 'complete'], { stream, attempt });
      session.out.answer(answer, (view) => writeTail(view, session.out));
    });
}

function writeTail({ tail, complete, bytes }: OutputView, out: Output): void {
  out.raw(tail);
  if (!complete) out.note(`this is the end of ${sizeWords(bytes)}; without --tail the whole is fetched from the agent`);
}

function streamName(text: string): OutputStream {
  if (text !== 'stdout' && text !== 'stderr') throw new WrongUsage(`--stream takes stdout or stderr, not "${text}"`);
  return text;
}

function attemptNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new WrongUsage(`--attempt takes a whole number from 1, not "${text}"`);
  return Number(text);
}
