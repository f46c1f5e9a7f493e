import { type Command, Option } from 'commander';
import { CALENDAR_STATES, type CalendarView } from '#protocol/calendars';
import { wholeNumber } from '../arguments/whole-number.js';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { type ListOptions, sessionOf, showList, withConnection, withIdempotencyKey, withPaging } from '../commands/client-command.js';
import type { Finish } from '../commands/finish.js';
import { intervene, type InterventionOptions, type Verb, verbCommand } from '../interventions/intervene.js';
import { applyDefinitions, defineNamed, validateDefinitions } from '../definitions/apply-definitions.js';
import { Attempts } from '../definitions/attempts.js';
import { readDefinitionFile } from '../definitions/definition-file.js';
import { readImported } from './imported-dates.js';
import { listCalendars, showCalendars, wantedOf } from './show-calendar.js';

const NO_CALENDARS = 'there are no calendars in use: kiroku calendar apply FILE defines one, and --all shows those that are retired';

interface RetireOptions extends InterventionOptions {
  expectVersion?: number;
}

const RETIRE: Verb<RetireOptions> = {
  name: 'retire', summary: 'take a calendar out of use',
  help: 'Refused while a schedule or another calendar names it. Its versions stay readable; "calendar apply" brings it back.',
  done: () => 'is retired: nothing can name it any more',
};

/** `kiroku calendar apply|validate|import|list|show|retire` */
export function addCalendarCommands(program: Command, context: CliContext, finish: Finish): void {
  const calendar = program.command('calendar').description('calendars of operating days');
  addFileCommands(calendar, context, finish);

  withConnection(withPaging(calendar.command('list').description('all calendars, in their current versions; the retired ones only with --all or --state')
    .option('--state <state>', `${CALENDAR_STATES.join(', ')} (several separated by commas)`), 'every page, the retired ones too'))
    .action(async (options: ListOptions & { state?: string }) => {
      const session = sessionOf(options, context);
      const state = options.state ?? (options.all === true ? CALENDAR_STATES.join(',') : undefined);
      await showList<CalendarView>(session, '/api/v1/calendars', { state }, options, (items) => listCalendars(items, session), state === undefined ? NO_CALENDARS : 'there are no such calendars');
    });

  withConnection(calendar.command('show').description('what a calendar says, or the days of a year or month; with a year alone, those of every calendar')
    .argument('<calendar>', 'its name; or a year, for all of them').argument('[year]', 'as 2027').option('--month <n>', '1 to 12; without it the whole year', monthNumber))
    .action((first: string, year: string | undefined, options: ConnectionOptions & { month?: number }) => (
      showCalendars(wantedOf(year === undefined ? [first] : [first, year], options.month), sessionOf(options, context))
    ));

  verbCommand(calendar, RETIRE, [new Option('--expect-version <n>', 'refuse unless this is its newest version').argParser(wholeNumber('--expect-version'))]).argument('<calendar>')
    .action((id: string, options: RetireOptions) => (
      intervene(RETIRE, { path: apiPath`/calendars/${id}`, words: `calendar ${id}` }, options, context, options.expectVersion === undefined ? {} : { expect: { version: options.expectVersion } })
    ));
}

function addFileCommands(calendar: Command, context: CliContext, finish: Finish): void {
  withConnection(withIdempotencyKey(calendar.command('apply').description('define calendars, or revise them, with the jobnets and schedules of the files').argument('<file...>', 'YAML or JSON, several documents too; - is stdin')))
    .action(async (files: string[], options: ConnectionOptions & { idempotencyKey?: string }) => {
      finish(await applyDefinitions(files, 'calendar', context, sessionOf(options, context), options.idempotencyKey));
    });

  withConnection(calendar.command('validate').description('have the server check calendars, and change nothing').argument('<file...>', 'YAML or JSON, several documents too; - is stdin'))
    .action(async (files: string[], options: ConnectionOptions) => {
      finish(await validateDefinitions(files, 'calendar', context, sessionOf(options, context)));
    });

  withConnection(withIdempotencyKey(calendar.command('import').description('make a calendar of the dates in a file')
    .argument('<calendar>', 'its name').argument('<file>', 'iCalendar with whole days, or a date, a range (2026-12-24..2027-01-02) or 12-25 a line; - is stdin')))
    .action(async (id: string, file: string, options: ConnectionOptions & { idempotencyKey?: string }) => {
      const session = sessionOf(options, context);
      const attempts = new Attempts(context, session.out);
      await attempts.make(file, async () => {
        const { label, text } = await readDefinitionFile(file, context);
        await defineNamed(label, 'calendar', id, importedText(id, label, text), session, options.idempotencyKey);
      });
      finish(attempts.code);
    });
}

/** JSON, which is YAML too. */
function importedText(calendar: string, label: string, text: string): string {
  const { dates, yearly } = readImported(label, text);
  return JSON.stringify({ calendar, days: yearly.length === 0 ? { dates } : { or: [{ dates }, { yearly }] } });
}

function monthNumber(text: string): number {
  if (!/^(0?[1-9]|1[0-2])$/.test(text)) throw new WrongUsage(`--month takes a number from 1 to 12, not "${text}"`);
  return Number(text);
}
