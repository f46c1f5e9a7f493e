import type { Command } from 'commander';
import { SCHEDULE_STATES, type ScheduleView } from '#protocol/schedules';
import { wholeNumber } from '../arguments/whole-number.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { applyDefinitions, validateDefinitions } from '../definitions/apply-definitions.js';
import { addScheduleVerbs } from '../schedules/schedule-verbs.js';
import { type NextOptions, showNext } from '../schedules/show-due.js';
import { listSchedules, showSchedule } from '../schedules/show-schedule.js';
import { zoneTimes } from '../schedules/zone-time.js';
import { type ListOptions, sessionOf, showList, withConnection, withIdempotencyKey, withPaging } from './client-command.js';
import type { Finish } from './finish.js';

const NO_SCHEDULES = 'there are no schedules in use: kiroku schedule apply FILE defines one, and --all shows those that are retired';

/** `kiroku schedule apply|validate|list|show|next|pause|resume|retire|start|skip|backfill` */
export function addScheduleCommands(program: Command, context: CliContext, finish: Finish): void {
  const schedule = program.command('schedule').description('when jobnets are started');

  withConnection(withIdempotencyKey(schedule.command('apply').description('define schedules, or revise them, with the calendars and jobnets of the files').argument('<file...>', 'YAML or JSON, several documents too; - is stdin')))
    .action(async (files: string[], options: ConnectionOptions & { idempotencyKey?: string }) => {
      finish(await applyDefinitions(files, 'schedule', context, sessionOf(options, context), options.idempotencyKey));
    });

  withConnection(schedule.command('validate').description('have the server check schedules, and change nothing').argument('<file...>', 'YAML or JSON, several documents too; - is stdin'))
    .action(async (files: string[], options: ConnectionOptions) => {
      finish(await validateDefinitions(files, 'schedule', context, sessionOf(options, context)));
    });

  withConnection(withPaging(schedule.command('list').description('all schedules, in their current versions; the retired ones only with --all or --state')
    .option('--state <state>', `${SCHEDULE_STATES.join(', ')} (several separated by commas)`), 'every page, the retired ones too'))
    .action(async (options: ListOptions & { state?: string }) => {
      const session = sessionOf(options, context);
      const state = options.state ?? (options.all === true ? SCHEDULE_STATES.join(',') : undefined);
      const zoneTime = await zoneTimes();
      await showList<ScheduleView>(session, '/api/v1/schedules', { state }, options, (items) => listSchedules(items, zoneTime, session), state === undefined ? NO_SCHEDULES : 'there are no such schedules');
    });

  withConnection(schedule.command('show').description('what a schedule says, when it starts next, and what it missed and asks about').argument('<schedule>'))
    .action((id: string, options: ConnectionOptions) => showSchedule(id, sessionOf(options, context)));

  withConnection(schedule.command('next').description('when a schedule starts, exactly; without a name, what all active ones start').argument('[schedule]')
    .option('--from <time>', 'from then on: an instant, or a local time of the schedule\'s zone; without it from now on')
    .option('--days <n>', 'so many times 24 hours, 1 to 366', wholeNumber('--days'))
    .option('--count <n>', 'at most so many a page, 1 to 1000; without it 10, or 1000 with --days', wholeNumber('--count'))
    .option('--cursor <next>', 'go on where a page ended')
    .option('--all', 'every page of those days'))
    .action((id: string | undefined, options: ConnectionOptions & NextOptions) => showNext(id, options, sessionOf(options, context)));

  addScheduleVerbs(schedule, context);
}
