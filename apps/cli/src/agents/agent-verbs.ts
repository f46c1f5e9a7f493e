import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments/whole-number.js';
import { instantOf } from '../arguments/instant-argument.js';
import { apiPath } from '../client/api-client.js';
import type { CliContext } from '../cli-context.js';
import { sessionOf } from '../commands/client-command.js';
import { type InterventionOptions, sayVerb, verbCommand, type Verb } from '../interventions/intervene.js';
import { waitUntilIdle } from './wait-until-idle.js';

interface AgentVerbOptions extends InterventionOptions {
  expectSession?: number;
  expectSince?: string;
  wait?: boolean;
}

const DRAIN: Verb<AgentVerbOptions> = {
  name: 'drain', summary: 'dispatch nothing more to an agent',
  help: 'What it has goes on, its results are taken, and stops reach it. Its other jobs stay ready and say that it is drained, until "agent resume". It holds '
    + 'at once, also for an agent that is away, and over restarts of both. With no execution open any more it is safe to take down: "agent list" shows it.',
  flags: [new Option('--wait', 'end when nothing runs there any more')],
  done: () => 'is drained: nothing more is dispatched to it',
};

const RESUME: Verb<AgentVerbOptions> = {
  name: 'resume', summary: 'let a drained agent get work again', needsReason: false,
  help: 'The jobs that wait for it are dispatched at once, or as soon as it is connected if it is away.',
  flags: [new Option('--expect-since <time>', 'refuse unless it is drained since then, by the instant that "agent list --json" shows')],
  done: () => 'gets work again',
};

const DECLARE_LOST: Verb<AgentVerbOptions> = {
  name: 'declare-lost', summary: 'say that the host of an agent is gone, and every process of it',
  help: 'For an agent that is away and will not be back. Its open executions are abandoned: their slots and their jobs are free, and what the jobs say in onLost '
    + '(ask, fail, rerun) is done. Make sure first that nothing runs there any more: a job that is run again would run twice. If the agent is back after all it '
    + 'gets work again by itself; what it still holds of the abandoned is called off where it has not begun, and kept as late results where it has ended.',
  done: () => 'is declared lost: nobody waits for what it had',
};

/** `kiroku agent drain|resume|declare-lost` */
export function addAgentVerbs(agent: Command, context: CliContext): void {
  for (const verb of [DRAIN, RESUME, DECLARE_LOST]) {
    const expectSession = new Option('--expect-session <n>', 'refuse unless this is its newest session').argParser(wholeNumber('--expect-session'));
    verbCommand(agent, verb, [expectSession]).argument('<name>').action(async (name: string, options: AgentVerbOptions) => {
      const { position } = await sayVerb(verb, { path: apiPath`/agents/${name}`, words: `agent ${name}` }, options, context, expectation(options, context.now()));
      if (options.wait === true) await waitUntilIdle(name, position, sessionOf(options, context));
    });
  }
}

function expectation({ expectSession: session, expectSince }: AgentVerbOptions, nowMs: number): object {
  const drainedSince = instantOf('--expect-since', expectSince, nowMs);
  return session === undefined && drainedSince === undefined ? {} : { expect: { session, drainedSince } };
}
