import { type Command, Option } from 'commander';
import type { BackfillAnswer, ScheduleView } from '#protocol/schedules';
import { requiredReason } from '../arguments/ask-reason.js';
import { wholeNumber } from '../arguments/whole-number.js';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { CliContext } from '../cli-context.js';
import { sessionOf } from '../commands/client-command.js';
import { intervene, type InterventionOptions, type Verb, verbCommand } from '../interventions/intervene.js';
import { zonedInstant } from './zone-time.js';

interface LifeOptions extends InterventionOptions {
  expectState?: string;
  expectVersion?: number;
}

interface MissedOptions extends InterventionOptions {
  all?: boolean;
}

interface BackfillOptions extends InterventionOptions {
  from: string;
  until: string;
}

const LIFE: readonly Verb<LifeOptions>[] = [
  {
    name: 'pause', summary: 'let a schedule start nothing',
    help: 'What comes due meanwhile is skipped, each on record; it is not made up for by "schedule resume". Runs that go on are untouched.',
    done: () => 'is paused: it starts nothing',
  },
  {
    name: 'resume', summary: 'let a schedule start what is due from now on', needsReason: false,
    help: 'Also brings a retired schedule back, with the version it had. What was skipped meanwhile "schedule backfill" starts.',
    done: () => 'starts what is due from now on',
  },
  {
    name: 'retire', summary: 'take a schedule out of use',
    help: 'It starts nothing more, and "schedule list" shows it only with --all or --state retired. Its history stays readable. "schedule resume" brings it back.',
    done: () => 'is retired: out of the lists, and it starts nothing',
  },
];

const MISSED: readonly Verb<MissedOptions>[] = [
  {
    name: 'start', summary: 'start missed occurrences that wait for your word',
    help: 'Only what "schedule show" lists as missed. It gets the parameters that it would have had in time. What was skipped "schedule backfill" starts.',
    done: () => 'is started',
  },
  { name: 'skip', summary: 'leave out missed occurrences that wait for your word', help: 'Only what "schedule show" lists as missed.', done: () => 'is left out' },
];

const BACKFILL = {
  name: 'backfill', summary: 'start what was due in a stretch of the past and has not been started',
  help: 'By the newest version of the schedule, at most 400 occurrences a time. An occurrence never runs twice: what has a run is left alone, so that the same stretch may be '
    + 'given again. What may not overlap comes one after the other.',
};

/** `kiroku schedule pause|resume|retire|start|skip|backfill` */
export function addScheduleVerbs(schedule: Command, context: CliContext): void {
  for (const verb of LIFE) {
    const expectations = [
      new Option('--expect-state <state>', 'refuse unless the schedule is in this state'),
      new Option('--expect-version <n>', 'refuse unless this is its newest version').argParser(wholeNumber('--expect-version')),
    ];
    verbCommand(schedule, verb, expectations).argument('<schedule>')
      .action((id: string, options: LifeOptions) => intervene(verb, { path: apiPath`/schedules/${id}`, words: `schedule ${id}` }, options, context, expectation(options)));
  }
  for (const verb of MISSED) {
    const flags = [new Option('--all', 'every one that "schedule show" lists')];
    verbCommand(schedule, { ...verb, flags }, []).argument('<schedule>').argument('[occurrence...]', 'as "schedule show" calls it: 2026-11-23T02:30')
      .action((id: string, keys: string[], options: MissedOptions) => answerMissed(verb, id, keys, options, context));
  }
  const when = 'an instant, or a date (its midnight) or local time in the schedule\'s zone';
  const flags = [new Option('--from <time>', `what was due from then on: ${when}`).makeOptionMandatory(), new Option('--until <time>', `up to then, and not at that very moment: ${when}`).makeOptionMandatory()];
  verbCommand(schedule, { ...BACKFILL, flags }, []).argument('<schedule>').action((id: string, options: BackfillOptions) => backfill(id, options, context));
}

function expectation({ expectState: state, expectVersion: version }: LifeOptions): object {
  return state === undefined && version === undefined ? {} : { expect: { state, version } };
}

/** One word each, one after the other: what was answered before one is refused stays answered. */
async function answerMissed(verb: Verb<MissedOptions>, id: string, named: readonly string[], options: MissedOptions, context: CliContext): Promise<void> {
  if ((named.length > 0) === (options.all === true)) throw new WrongUsage('name the occurrences, or say --all');
  const reason = await requiredReason(options.reason, context);
  const keys = options.all === true ? await askedOf(id, options, context) : named;
  const isOne = keys.length === 1 && options.all !== true;
  for (const key of keys) {
    const idempotencyKey = options.idempotencyKey === undefined || isOne ? options.idempotencyKey : `${options.idempotencyKey} ${key}`;
    const target = { path: apiPath`/schedules/${id}/occurrences/${key}`, words: `occurrence ${key} of schedule ${id}` };
    await intervene(verb, target, { ...options, reason, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }, context);
  }
}

async function askedOf(id: string, options: MissedOptions, context: CliContext): Promise<string[]> {
  const { api, out } = sessionOf(options, context);
  const { asked } = (await api.get<ScheduleView>(apiPath`/schedules/${id}`, ['asked'])).view;
  if (asked.length === 0 && !out.json) out.line(`schedule ${id} asks about nothing`);
  return asked.map(({ key }) => key);
}

async function backfill(id: string, options: BackfillOptions, context: CliContext): Promise<void> {
  const { api, out } = sessionOf(options, context);
  const zone = async () => (await api.get<ScheduleView>(apiPath`/schedules/${id}`, ['definition'])).view.definition.timeZone;
  const reason = await requiredReason(options.reason, context);
  const [from, until] = [await zonedInstant('--from', options.from, out.nowMs, zone), await zonedInstant('--until', options.until, out.nowMs, zone)];
  const answer = await api.send<BackfillAnswer>({
    method: 'POST', path: apiPath`/schedules/${id}/backfill`, contentType: 'application/json', idempotencyKey: options.idempotencyKey,
    body: JSON.stringify({ from, until, reason, ticket: options.ticket }),
  }, ['started', 'already']);
  out.answer(answer, ({ position, started, already }) => out.line(`schedule ${id}: ${backfillWords(started, already)} (position ${position})`));
}

function backfillWords(started: number, already: number): string {
  if (started + already === 0) return 'nothing was due in that stretch';
  const before = already === 0 ? '' : `, ${already} had been started before`;
  if (started === 0) return `nothing is started${before}`;
  return `${started === 1 ? '1 occurrence is' : `${started} occurrences are`} started${before}`;
}
