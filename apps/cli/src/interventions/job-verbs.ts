import { type Command, Option } from 'commander';
import type { RunView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { CliContext } from '../cli-context.js';
import type { Session } from '../commands/client-command.js';
import { decisionWords } from '../runs/run-words.js';
import { intervene, type InterventionOptions, verbCommand, type Verb } from './intervene.js';

interface JobOptions extends InterventionOptions {
  expectState?: string;
  expectExecution?: string;
  concurrent?: boolean;
  outcome?: string;
  exitCode?: number;
  execution?: string;
}

const VERBS: readonly Verb<JobOptions>[] = [
  {
    name: 'skip', summary: 'let the flow go on without the result of a job',
    help: 'What comes after the job goes on at once. A process of it that runs is left alone, also while its agent is away; what it brings later is kept as '
      + 'a late result, which changes nothing by itself ("job adopt" takes it). An execution that has not begun never will: "pending: cancel" until its agent '
      + 'has said so.',
    done: () => 'is skipped',
  },
  {
    name: 'stop', summary: 'ask the agent to end the process of a job',
    help: 'The process and its children get SIGTERM, and SIGKILL after the grace of the job (stopGraceSeconds). Until its agent has answered the job stays what '
      + 'it is and shows "pending: stop"; an agent that is away is told as soon as it is back. If the process had ended by itself before, its real result '
      + 'counts. A stopped job counts as failed for what comes after it.',
    done: () => 'is asked to stop; pending until its agent has answered',
  },
  {
    name: 'hold', summary: 'keep a job that has not been dispatched from being dispatched',
    help: 'For a job that is waiting or ready. It holds at once, whether its agent is away or not, until "job release".',
    done: () => 'is held',
  },
  {
    name: 'release', summary: 'let a held job go on',
    help: 'Also one that its agent declined. It is dispatched as soon as what comes before it is done; while its agent is away it stays ready and says so.',
    done: () => 'is released',
  },
  {
    name: 'rerun', summary: 'run a job once more, as a new attempt',
    help: 'For a job that has run, in a run that has not ended, as long as nothing that comes after the job has begun. While its agent is away the job stays '
      + 'ready and says so. If an execution of it is still out, --concurrent is needed: both may then run at the same time, and what the earlier one brings '
      + 'is kept on it as a late result.',
    flags: [new Option('--concurrent', 'also while an execution of it is still out')],
    body: ({ concurrent }) => ({ concurrent }),
    done: () => 'is to run again',
  },
  {
    name: 'settle', summary: 'say how a job ended, where a person knows it',
    help: 'For a job that is out, failed, stopped or lost. After "succeeded" the flow goes on; after "failed" nothing waits for the job any more, and the run '
      + 'fails when nothing else can run. It holds at once, also while the agent is away: what a process of the job brings later is kept as a late result '
      + '("job adopt" takes it).',
    flags: [
      new Option('--outcome <outcome>', 'how it ended').choices(['succeeded', 'failed']).makeOptionMandatory(),
      new Option('--exit-code <n>', 'its exit code, where it is known').argParser(exitCode),
    ],
    body: (options) => ({ outcome: options.outcome, exitCode: options.exitCode }),
    done: ({ outcome }) => `is settled as ${outcome}`,
  },
  {
    name: 'adopt', summary: 'take the late result of a job as its result',
    help: 'A late result is one that came after the job had been decided without it. It becomes the job\'s result, and what follows from it happens; a run '
      + 'that has ended stays as it ended. It needs no agent.',
    flags: [new Option('--execution <id>', 'whose late result; by default the newest one')],
    body: ({ execution }) => ({ executionId: execution }),
    done: () => 'has its late result',
  },
];

/** `kiroku job skip|stop|hold|release|rerun|settle|adopt` */
export function addJobVerbs(job: Command, context: CliContext): void {
  for (const verb of VERBS) {
    const expectations = [
      new Option('--expect-state <state>', 'refuse unless the job is in this state'),
      new Option('--expect-execution <id>', 'refuse unless this is its current execution'),
    ];
    verbCommand(job, verb, expectations).argument('<run>').argument('<job>')
      .action((run: string, id: string, options: JobOptions) =>
        intervene(verb, { path: apiPath`/runs/${run}/jobs/${id}`, words: `job ${id} of run ${run}`, decidedBy: (name, session) => decidedBy(name, run, id, session) }, options, context, expectation(options)));
  }
}

/** Unless something else was decided last: that would not be what the verb found. */
async function decidedBy(verb: string, run: string, id: string, { api, out }: Session): Promise<string | undefined> {
  const { view } = await api.get<RunView>(apiPath`/runs/${run}`, ['jobs']);
  const decision = view.jobs.find(({ jobId }) => jobId === id)?.lastDecision;
  return decision?.decision === verb ? decisionWords(decision, out.nowMs) : undefined;
}

function expectation({ expectState: state, expectExecution: executionId }: JobOptions): object {
  return state === undefined && executionId === undefined ? {} : { expect: { state, executionId } };
}

function exitCode(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new WrongUsage(`--exit-code takes a whole number, not "${text}"`);
  return Number(text);
}
