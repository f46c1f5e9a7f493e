import type { Command } from 'commander';
import type { CommandAnswer, OutputView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import type { Output } from '../output/output.js';
import { requiredReason } from '../arguments/ask-reason.js';
import { sessionOf, withConnection, withIdempotencyKey } from './client-command.js';

interface SkipOptions extends ConnectionOptions {
  reason?: string;
  ticket?: string;
  expectState?: string;
  expectExecution?: string;
  idempotencyKey?: string;
}

/** `kiroku job skip|output` */
export function addJobCommands(program: Command, context: CliContext): void {
  const job = program.command('job').description('one job of a run');

  withConnection(withIdempotencyKey(job.command('skip').description('let the flow go on without the result of a job')
    .argument('<run>').argument('<job>')
    .option('--reason <text>', 'why; it goes on record (asked for on a terminal)')
    .option('--ticket <id>', 'a ticket that this belongs to')
    .option('--expect-state <state>', 'refuse unless the job is in this state')
    .option('--expect-execution <id>', 'refuse unless this is its current execution')))
    .action((run: string, id: string, options: SkipOptions) => skip(run, id, options, context));

  withConnection(job.command('output').description('write the end of a job\'s output (the last 4 KiB) to stdout, as it is')
    .argument('<run>').argument('<job>')
    .option('--stream <name>', 'stdout or stderr', streamName, 'stdout'))
    .action(async (run: string, id: string, options: ConnectionOptions & { stream: string }) => {
      const { api, out } = sessionOf(options, context);
      const answer = await api.get<OutputView>(apiPath`/runs/${run}/jobs/${id}/output`, ['tail', 'complete'], { stream: options.stream });
      out.answer(answer, (view) => writeTail(view, out));
    });
}

async function skip(run: string, job: string, options: SkipOptions, context: CliContext): Promise<void> {
  const { api, out } = sessionOf(options, context);
  const reason = await requiredReason(options.reason, context);
  const expect = { state: options.expectState, executionId: options.expectExecution };
  const answer = await api.send<CommandAnswer>({
    method: 'POST', path: apiPath`/runs/${run}/jobs/${job}/skip`, contentType: 'application/json', idempotencyKey: options.idempotencyKey,
    body: JSON.stringify({ reason, ticket: options.ticket, expect: expect.state ?? expect.executionId ? expect : undefined }),
  }, ['position']);
  out.answer(answer, ({ position }) => out.line(`job ${job} of run ${run} is skipped (position ${position})`));
}

function writeTail({ tail, complete, bytes, executionId, stream }: OutputView, out: Output): void {
  out.raw(tail);
  if (!complete) out.note(`this is the end of ${bytes} bytes; the whole ${stream} of ${executionId} is on its agent`);
}

function streamName(text: string): string {
  if (text !== 'stdout' && text !== 'stderr') throw new WrongUsage(`--stream takes stdout or stderr, not "${text}"`);
  return text;
}
