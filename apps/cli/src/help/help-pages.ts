import type { Command } from 'commander';

const OWN = 'This command line:';

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'What is to run, and what runs:': ['jobnet', 'calendar', 'schedule', 'run', 'job', 'execution', 'running'],
  'Who did what, and who may:': ['audit', 'agent', 'operator', 'log'],
  'Processes:': ['server', 'up'],
  [OWN]: ['config', 'completion'],
};

/** By noun and verb. Every line is a command line that the program takes; a spec tries them. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'jobnet apply': ['kiroku jobnet apply examples/a.yaml', 'kiroku jobnet apply nightly/*.yaml', 'cat a.yaml | kiroku jobnet apply -'],
  'calendar show': ['kiroku calendar show business-days', 'kiroku calendar show business-days 2027', 'kiroku calendar show 2027 --month 1'],
  'calendar import': ['kiroku calendar import holidays-de holidays.ics'],
  'schedule apply': ['kiroku schedule apply examples/schedules.yaml'],
  'schedule next': ['kiroku schedule next nightly', 'kiroku schedule next --days 14', 'kiroku schedule next nightly --from 2026-03-28T00:00:00Z --count 5 --json'],
  'schedule backfill': ['kiroku schedule backfill nightly --from 2026-11-01 --until 2026-11-08 --reason "the source was late"'],
  'run start': ['kiroku run start A', 'kiroku run start A --wait && echo done', 'kiroku run start A -p DAY=mon --reason "the night failed" --ticket T-7'],
  'run watch': ['kiroku run watch R1', 'kiroku run watch R1 --json | jq .type'],
  'job skip': ['kiroku job skip R1 A1 --reason "done by hand"'],
  'job settle': ['kiroku job settle R1 A1 --outcome succeeded --reason "the file is there"', 'kiroku job settle R1 A1 --outcome failed --exit-code 3 --reason "seen in its log"'],
  'log copy': ['kiroku log copy --from sqlite:.kiroku/log.db --to postgres://kiroku@db/kiroku', 'kiroku log copy --from postgres://kiroku@db/kiroku --to kurrentdb://db:2113 --json'],
  audit: ['kiroku audit --since 2h --type JobSkipped,JobOutcomeSettled', 'kiroku audit --run R1 --all', 'kiroku audit --follow --actor hanako', 'kiroku audit --all --ndjson > log.ndjson'],
};

/** Puts the nouns into groups, and examples behind the most important verbs. */
export function dressHelp(program: Command): void {
  for (const [heading, nouns] of Object.entries(GROUPS)) {
    for (const command of program.commands) if (nouns.includes(command.name())) command.helpGroup(heading);
  }
  program.commandsGroup(OWN).helpCommand('help [command]', 'help for a noun or a verb').configureHelp({ showGlobalOptions: true });
  for (const [path, lines] of Object.entries(EXAMPLES)) {
    commandAt(program, path.split(' '))?.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
}

function commandAt(program: Command, path: readonly string[]): Command | undefined {
  return path.reduce<Command | undefined>((command, name) => command?.commands.find((each) => each.name() === name), program);
}
