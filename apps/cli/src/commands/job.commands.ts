import type { Command } from 'commander';
import type { OutputView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { addJobVerbs } from '../interventions/job-verbs.js';
import type { Output } from '../output/output.js';
import { sessionOf, withConnection } from './client-command.js';

/** `kiroku job skip|stop|hold|release|rerun|settle|adopt|output` */
export function addJobCommands(program: Command, context: CliContext): void {
  const job = program.command('job').description('one job of a run');

  addJobVerbs(job, context);
  withConnection(job.command('output').description('write the end of a job\'s output (the last 4 KiB) to stdout, as it is')
    .argument('<run>').argument('<job>')
    .option('--stream <name>', 'stdout or stderr', streamName, 'stdout'))
    .action(async (run: string, id: string, options: ConnectionOptions & { stream: string }) => {
      const { api, out } = sessionOf(options, context);
      const answer = await api.get<OutputView>(apiPath`/runs/${run}/jobs/${id}/output`, ['tail', 'complete'], { stream: options.stream });
      out.answer(answer, (view) => writeTail(view, out));
    });
}

function writeTail({ tail, complete, bytes, executionId, stream }: OutputView, out: Output): void {
  out.raw(tail);
  if (!complete) out.note(`this is the end of ${bytes} bytes; the whole ${stream} of ${executionId} is on its agent`);
}

function streamName(text: string): string {
  if (text !== 'stdout' && text !== 'stderr') throw new WrongUsage(`--stream takes stdout or stderr, not "${text}"`);
  return text;
}
