import type { Command } from 'commander';
import { apiPath } from '../client/api-client.js';
import type { CliContext } from '../cli-context.js';
import { intervene, type InterventionOptions, verbCommand, type Verb } from './intervene.js';

const VERBS: readonly Verb<InterventionOptions>[] = [
  {
    name: 'stop', summary: 'end a run: what has not begun never will, what runs is stopped',
    help: 'Nothing more of the run is dispatched, and the agents are asked to stop what runs. The run ends as stopped when nothing of it runs any more. '
      + 'While an agent is away, its jobs stay what they are and show "pending: stop"; it is told as soon as it is back.',
    done: () => 'is asked to stop; it ends when nothing of it runs any more',
  },
  {
    name: 'hold', summary: 'dispatch nothing more of a run until it is released',
    help: 'What runs goes on, and its results are taken; no further job is dispatched. It holds at once, whether agents are away or not.',
    done: () => 'is held',
  },
  {
    name: 'release', summary: 'let a held run go on',
    help: 'Every job that is ready is dispatched. A job whose agent is away stays ready, says so, and is dispatched as soon as the agent is back. '
      + 'Jobs that were held one by one stay held.',
    done: () => 'is released',
  },
];

/** `kiroku run stop|hold|release` */
export function addRunVerbs(run: Command, context: CliContext): void {
  for (const verb of VERBS) {
    verbCommand(run, verb, []).argument('<run>')
      .action((id: string, options: InterventionOptions) => intervene(verb, { path: apiPath`/runs/${id}`, words: `run ${id}` }, options, context));
  }
}
