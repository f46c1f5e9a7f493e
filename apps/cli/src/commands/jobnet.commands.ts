import type { Command } from 'commander';
import type { JobDefinition } from '#events/definition';
import { JOBNET_STATES, type JobnetView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import type { Output } from '../output/output.js';
import { localTime } from '../output/time-words.js';
import { applyDefinitions, validateDefinitions } from '../definitions/apply-definitions.js';
import { addJobnetVerbs } from '../jobnets/jobnet-verbs.js';
import { addQueueCommands } from '../jobnets/queue-commands.js';
import { waitingWords } from '../jobnets/queue-tables.js';
import { showVersions } from '../jobnets/show-versions.js';
import { orderWords } from '../output/order-words.js';
import { sessionOf, showList, withConnection, withIdempotencyKey, withPaging, type ListOptions } from './client-command.js';
import type { Finish } from './finish.js';

const NO_JOBNETS = 'there are no jobnets in use: kiroku jobnet apply FILE defines one, and --all shows those that are retired';

/** `kiroku jobnet apply|validate|list|show|versions|enable|disable|retire|queue|drop` */
export function addJobnetCommands(program: Command, context: CliContext, finish: Finish): void {
  const jobnet = program.command('jobnet').description('definitions of jobnets');

  withConnection(withIdempotencyKey(jobnet.command('apply').description('define jobnets, or revise them, with the calendars and schedules of the files').argument('<file...>', 'YAML or JSON, several documents too; - is stdin')))
    .action(async (files: string[], options: ConnectionOptions & { idempotencyKey?: string }) => {
      finish(await applyDefinitions(files, 'jobnet', context, sessionOf(options, context), options.idempotencyKey));
    });

  withConnection(jobnet.command('validate').description('have the server check jobnets, and change nothing').argument('<file...>', 'YAML or JSON, several documents too; - is stdin'))
    .action(async (files: string[], options: ConnectionOptions) => {
      finish(await validateDefinitions(files, 'jobnet', context, sessionOf(options, context)));
    });

  withConnection(withPaging(jobnet.command('list').description('all jobnets, in their current versions; the retired ones only with --all or --state')
    .option('--state <state>', `${JOBNET_STATES.join(', ')} (several separated by commas)`), 'every page, the retired ones too'))
    .action(async (options: ListOptions & { state?: string }) => {
      const session = sessionOf(options, context);
      const state = options.state ?? (options.all === true ? JOBNET_STATES.join(',') : undefined);
      await showList<JobnetView>(session, '/api/v1/jobnets', { state }, options, (items) => showJobnets(items, session.out), state === undefined ? NO_JOBNETS : 'there are no such jobnets');
    });

  withConnection(jobnet.command('show').description('one jobnet and its jobs').argument('<jobnet>'))
    .action(async (id: string, options: ConnectionOptions) => {
      const { api, out } = sessionOf(options, context);
      out.answer(await api.get<JobnetView>(apiPath`/jobnets/${id}`, ['jobnet', 'definition']), (view) => showJobnet(view, out));
    });

  withConnection(withPaging(jobnet.command('versions').description('every version of a jobnet, with who defined it when').argument('<jobnet>')))
    .action((id: string, options: ListOptions) => showVersions(id, sessionOf(options, context), options));

  addJobnetVerbs(jobnet, context);
  addQueueCommands(jobnet, context);
}

function showJobnets(jobnets: readonly JobnetView[], out: Output): void {
  out.table(['JOBNET', 'STATE', 'VERSION', 'JOBS', 'DEFINED', 'BY', 'CLOSED'], jobnets.map((jobnet) => [
    jobnet.jobnet, out.word(jobnet.state), String(jobnet.version), String(jobnet.definition.jobs.length), localTime(jobnet.definedAt, out.nowMs), jobnet.definedBy.id, orderWords(jobnet.closed, out.nowMs),
  ]));
}

function showJobnet(view: JobnetView, out: Output): void {
  const { definition } = view;
  out.line(`jobnet ${view.jobnet}, version ${view.version}, defined ${localTime(view.definedAt, out.nowMs)} by ${view.definedBy.id}`);
  if (view.closed !== undefined) out.line(`${view.state} ${orderWords(view.closed, out.nowMs)}: no run of it can be started`);
  if (view.queued !== undefined) out.line(`${waitingWords(view.queued)} until others of it are over: kiroku jobnet queue ${view.jobnet}`);
  out.line(definition.onFailure === 'end' ? 'after a failure the run ends when nothing else can run' : 'after a failure the run waits for an operator');
  const parameters = pairs(definition.parameters);
  if (parameters !== '') out.table(['PARAMETERS'], [[parameters]]);
  out.line('');
  out.table(['JOB', 'AFTER', 'AGENT', 'COMMAND', 'SUCCESS', 'PARAMETERS', 'CWD', 'ON LOST', 'ON UNKNOWN'], definition.jobs.map((job) => [
    job.id, job.after.join(', '), job.agent, workWords(job), codes(job.successCodes), pairs({ ...job.env, ...job.parameters }), job.cwd ?? '', job.onLost ?? '', job.onUnknown ?? '',
  ]));
}

/** `task load`, or the command. */
function workWords({ command = '', task }: JobDefinition): string {
  return task === undefined ? commandWords(command) : `task ${task}`;
}

/** A shell string as it is; a vector with its words quoted where they would not be one word of a shell. */
function commandWords(command: string | readonly string[]): string {
  if (typeof command === 'string') return command;
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`)).join(' ');
}

/** Zero alone is what everybody expects. */
function codes(successCodes: readonly number[]): string {
  return successCodes.length === 1 && successCodes[0] === 0 ? '' : successCodes.join(', ');
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`).join(' ');
}
