import { type Command, Option } from 'commander';
import { apiPath } from '../client/api-client.js';
import type { CliContext } from '../cli-context.js';
import { wholeNumber } from '../arguments/whole-number.js';
import { intervene, type InterventionOptions, verbCommand, type Verb } from '../interventions/intervene.js';

interface JobnetOptions extends InterventionOptions {
  expectState?: string;
  expectVersion?: number;
}

const VERBS: readonly Verb<JobnetOptions>[] = [
  {
    name: 'enable', summary: 'let runs of a jobnet be started again', needsReason: false,
    help: 'Also brings a retired jobnet back, with the version it had.',
    done: () => 'is enabled',
  },
  {
    name: 'disable', summary: 'let no further run of a jobnet be started',
    help: 'Runs that go on are untouched ("run stop" ends one). The definition may still be revised. "jobnet enable" lets runs start again.',
    done: () => 'is disabled: no run of it can be started',
  },
  {
    name: 'retire', summary: 'take a jobnet out of use',
    help: 'No further run, no further version, and "jobnet list" shows it only with --all or --state retired. Runs that go on are untouched, and its history '
      + 'stays readable. "jobnet enable" brings it back.',
    done: () => 'is retired: out of the lists, and no run of it can be started',
  },
];

/** `kiroku jobnet enable|disable|retire` */
export function addJobnetVerbs(jobnet: Command, context: CliContext): void {
  for (const verb of VERBS) {
    const expectations = [
      new Option('--expect-state <state>', 'refuse unless the jobnet is in this state'),
      new Option('--expect-version <n>', 'refuse unless this is its newest version').argParser(wholeNumber('--expect-version')),
    ];
    verbCommand(jobnet, verb, expectations).argument('<jobnet>')
      .action((id: string, options: JobnetOptions) => intervene(verb, { path: apiPath`/jobnets/${id}`, words: `jobnet ${id}` }, options, context, expectation(options)));
  }
}

function expectation({ expectState: state, expectVersion: version }: JobnetOptions): object {
  return state === undefined && version === undefined ? {} : { expect: { state, version } };
}
