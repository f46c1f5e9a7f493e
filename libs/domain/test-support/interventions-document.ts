import { agentAnswers } from '../src/agent/agent-answers.js';
import { jobnetAnswers } from '../src/jobnet/jobnet-answers.js';
import { isRejection } from '../src/rejection.js';
import type { JobState } from '../src/run/job-transitions.js';
import { type RunCommand, runDecider } from '../src/run/run.decider.js';
import { foldRun } from './given-run.js';
import { abandon, operator } from './run-commands.js';
import { executionIn, jobIn } from './run-histories.js';
import { execution } from './run-instants.js';

/** Every command that an operator can give about a job, as `given` to A2. */
export const commandsOnA2: Readonly<Record<string, RunCommand>> = Object.fromEntries(
  ([
    ['skip', { type: 'SkipJob' }], ['stop', { type: 'StopJob' }], ['hold', { type: 'HoldJob' }], ['release', { type: 'ReleaseJob' }],
    ['rerun', { type: 'RerunJob', concurrent: false }], ['rerun --concurrent', { type: 'RerunJob', concurrent: true }],
    ['settle succeeded', { type: 'SettleJob', outcome: 'succeeded' }], ['settle failed', { type: 'SettleJob', outcome: 'failed' }], ['adopt', { type: 'AdoptLateResult' }],
  ] as const).map(([verb, command]): [string, RunCommand] => [verb, { ...command, jobId: 'A2', context: operator(verb), capacity: { local: 9 } }]),
);

/** What the rules answer a command about a job in a state: the events, `already so`, or the code of the refusal. */
export function answerTo(command: RunCommand, state: JobState): string {
  return answerOf(runDecider.decide(command, foldRun(...jobIn[state])));
}

function answerOf(decision: ReturnType<typeof runDecider.decide>): string {
  if (isRejection(decision)) return `no: ${decision.rejected}`;
  return decision.length === 0 ? 'already so' : decision.map(({ type }) => type).join(', ');
}

/** The whole matrix as a page. Every state has an exit (law 7), and every command an answer. */
export function interventionsDocument(): string {
  const states = Object.keys(jobIn) as JobState[];
  const rows = Object.entries(commandsOnA2).map(([verb, command]) => `| \`${verb}\` | ${states.map((state) => answerTo(command, state)).join(' | ')} |`);
  return [
    '# What an operator can do in which state',
    '',
    'Generated from the rules by `npm run docs`; a test fails when it is stale. Each cell is what a command about a job records in a run',
    'that is open, `already so`, or the code of the refusal. The job here is the last of its jobnet, its agent has slots, and an earlier',
    'execution of it has brought a late result (except in `waiting` and `delayed`). Where an execution is out, its agent may be away: the command is',
    'recorded all the same, and what it asks of the agent is shown as pending until the agent has answered.',
    '',
    `| command | ${states.map((state) => `\`${state}\``).join(' | ')} |`,
    `|---|${states.map(() => '---|').join('')}`,
    ...rows,
    '',
    ...executionSection(),
    ...jobnetSection,
    ...agentSection,
  ].join('\n');
}

function executionSection(): string[] {
  const states = Object.keys(executionIn) as (keyof typeof executionIn)[];
  const answers = states.map((state) => answerOf(runDecider.decide(abandon(execution('A1').executionId), foldRun(...executionIn[state]))));
  return [
    '## Executions', '',
    'An execution has a life of its own beside its job. Who gives up waiting for it frees its slot, and a job that waits for it is lost;',
    'when its agent is back, what has not begun there is called off, and a result is kept as a late one.', '',
    `| command | ${states.map((state) => `\`${state}\``).join(' | ')} |`, `|---|${states.map(() => '---|').join('')}`, `| \`execution abandon\` | ${answers.join(' | ')} |`, '',
  ];
}

const jobnetSection = [
  '## Jobnets', '',
  'Whether runs may be started. What runs already is untouched by all of this: its jobs go on, and every word of the table above holds for',
  'them. `jobnet apply` here brings another definition than the one that is there; the same one is `already so`, unless it is refused.',
  'A retired jobnet is listed only where it is asked for, its versions and runs stay readable, and `enable` brings it back.', '',
  ...tableOf(jobnetAnswers, {
    'jobnet apply': 'DefineJobnet', 'jobnet enable': 'EnableJobnet', 'jobnet disable': 'DisableJobnet', 'jobnet retire': 'RetireJobnet', 'run start': 'StartRun',
  }),
  '',
];

const agentSection = [
  '## Agents', '',
  'Whether an agent gets work. A drained one gets no new dispatch: its jobs stay `ready` and say whose order they wait for. What was',
  'dispatched to it goes on, its results are taken, and stops reach it. All of it holds for an agent that is away, too.',
  'Only an agent that is away can be declared lost (`agent-connected`): its open executions are abandoned, and the `onLost` of their jobs holds.',
  'When it connects after all that is over by itself, and what it still holds of them is called off.', '',
  ...tableOf(agentAnswers, { 'agent drain': 'DrainAgent', 'agent resume': 'ResumeAgent', 'agent declare-lost': 'DeclareAgentLost' }),
  '',
];

/** Commands as rows, states as columns. */
function tableOf<Command extends string>(answers: Readonly<Record<string, Readonly<Record<Command, string>>>>, verbs: Readonly<Record<string, Command>>): string[] {
  const states = Object.keys(answers);
  const rows = Object.entries(verbs).map(([verb, command]) => `| \`${verb}\` | ${Object.values(answers).map((row) => inWords(row[command])).join(' | ')} |`);
  return [`| command | ${states.map((state) => `\`${state}\``).join(' | ')} |`, `|---|${states.map(() => '---|').join('')}`, ...rows];
}

/** Events and "already so" as they are; what else there is, is the code of a refusal. */
function inWords(answer: string): string {
  return answer === 'already so' || /^[A-Z]/.test(answer) ? answer : `no: ${answer}`;
}
