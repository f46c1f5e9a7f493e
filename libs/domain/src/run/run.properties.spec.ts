import type { RunEvent } from '#events/run.events';
import fc from 'fast-check';
import { anyJobnet, anyScripts, anySlots, anySteps, type Step } from '../../test-support/random-runs.js';
import { agent, dispatchReady, notKnown, operator, passTime, report, reportBy, skip, start, withContext } from '../../test-support/run-commands.js';
import { type Script, SimulatedRun } from '../../test-support/simulated-run.js';
import { isOpenExecution } from './execution-transitions.js';
import { isThrough } from './job-transitions.js';
import type { Run } from './run.state.js';
import { runDecider, type RunCommand } from './run.decider.js';
import { nextDue } from './time/next-due.js';

const RUNS = 400;

/** What an execution does follows from its name, so that a repeat of a fact says the same. */
function scriptsBy(scripts: readonly Script[]) {
  return (executionId: string): Script => scripts[[...executionId].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % scripts.length] ?? 'succeeds';
}

/** The command that a step means for the run as it is now, or undefined when there is nothing it could be about. */
function commandOf(step: Step, run: SimulatedRun, number: number): RunCommand | undefined {
  const executions = run.executions();
  switch (step.do) {
    case 'slots':
      run.setSlots(step.agent, step.slots);
      return undefined;
    case 'dispatch':
      return dispatchReady();
    case 'time':
      run.pass(step.seconds);
      return clockTick(run);
    case 'skip':
      return withContext(operator(`skip-${number}`), skip(`J${step.job % run.definition.jobs.length}`));
    case 'repeat':
      return run.accepted[step.command % Math.max(1, run.accepted.length)]?.command;
    case 'not-known': {
      const execution = executions[step.execution % Math.max(1, executions.length)];
      return execution && notKnown([execution.executionId], execution.agent);
    }
    case 'report': {
      const execution = executions[step.execution % Math.max(1, executions.length)];
      if (execution === undefined) return undefined;
      const told = run.factsOf(execution.executionId);
      const facts = step.facts.flatMap((index) => told[index % told.length] ?? []);
      return withContext(agent(`report-${number}`, execution.agent), reportBy(execution.agent, ...facts));
    }
  }
}

/** What the timers of a server send when something is due. */
function clockTick({ run, now }: SimulatedRun): RunCommand | undefined {
  const due = nextDue(run);
  return due === undefined || due.at > now ? undefined : passTime(due.kind, now);
}

function atTimeOf({ now }: SimulatedRun, command: RunCommand): RunCommand {
  return { ...command, context: { ...command.context, at: now } };
}

/** Plays the steps and looks at every decision before the next one. */
function play(run: SimulatedRun, steps: readonly Step[], look: (decided: readonly RunEvent[], command: RunCommand) => void): void {
  const begin = atTimeOf(run, start(run.definition));
  look(run.send(begin), begin);
  steps.forEach((step, number) => {
    const meant = commandOf(step, run, number);
    const command = meant && (step.do === 'repeat' ? meant : atTimeOf(run, meant));
    if (command !== undefined) look(run.send(command), command);
  });
}

function forAnyRun(check: (run: SimulatedRun, steps: readonly Step[]) => void): void {
  fc.assert(fc.property(anyJobnet, anySlots, anyScripts, anySteps, (definition, slots, scripts, steps) => {
    check(new SimulatedRun(definition, { ...slots }, scriptsBy(scripts)), steps);
  }), { numRuns: RUNS });
}

describe('any run', () => {
  it('decides nothing for a command that is sent again', () => {
    forAnyRun((run, steps) => {
      play(run, steps, (decided, command) => {
        if (decided.length > 0) expect(run.peek(command)).toEqual([]);
      });
    });
  });

  it('decides nothing for what operators and agents sent at any time before', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      for (const { command } of run.accepted.filter(({ command: { context } }) => context.actor.kind !== 'server')) expect(run.peek(command)).toEqual([]);
    });
  });

  it('has a history that folds, from its first event, to the same state', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      const folded = run.accepted.reduce(
        (state, { command, decided }) => decided.reduce((each, event) => runDecider.evolve(each, JSON.parse(JSON.stringify(event)) as RunEvent, command.context), state),
        runDecider.initialState,
      );
      expect(JSON.stringify(folded)).toBe(JSON.stringify(run.state));
    });
  });

  it('is finished when nothing in it can happen any more, and not otherwise', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => { expect(run.run.finished).toBe(outcomeByHand(run.run)); });
      expect(run.events.filter(({ type }) => type === 'RunFinished').length).toBe(run.run.finished === undefined ? 0 : 1);
    });
  });

  it('dispatches a job only after all of its predecessors are through', () => {
    forAnyRun((run, steps) => {
      play(run, steps, (decided) => {
        for (const event of dispatchesIn(decided)) {
          for (const state of run.predecessorStates(event.data.jobId)) expect(['succeeded', 'skipped']).toContain(state);
        }
      });
    });
  });

  it('dispatches each execution id at most once (law 3)', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      const ids = dispatchesIn(run.events).map(({ data }) => data.executionId);
      expect(ids).toEqual([...new Set(ids)]);
    });
  });

  it('dispatches a job anew only after its agent made sure that nothing of it ran, or where its author has asked for it (law 3)', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      for (const { definition: { onLost, onUnknown, retry }, executions } of run.run.jobs) {
        const asked = executions.slice(0, -1).map(({ state, outcome, exitCode = 0, notKnownSince }) => (
          (outcome === 'failed' && (retry?.exitCodes ?? [exitCode]).includes(exitCode) && retry !== undefined) ||
          state === 'never-started' || (state === 'lost' && onLost === 'rerun') || (notKnownSince !== undefined && onUnknown === 'rerun')
        ));
        expect(asked).toEqual(asked.map(() => true));
      }
    });
  });

  it('never has more executions open than its agent has slots', () => {
    forAnyRun((run, steps) => {
      play(run, steps, (decided) => {
        for (const { data } of dispatchesIn(decided)) expect(run.openOn(data.agent)).toBeLessThanOrEqual(run.slotsOf(data.agent));
      });
    });
  });

  it('lets no slot lie idle while a job for it is ready', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      run.send(dispatchReady());
      for (const { state, definition } of run.run.jobs) {
        if (state === 'ready' && run.run.finished === undefined && !run.run.stopRequested) expect(run.openOn(definition.agent)).toBeGreaterThanOrEqual(run.slotsOf(definition.agent));
      }
    });
  });
});

describe('the clock of any run', () => {
  it('lets a job wait out its delay before its first execution', () => {
    forAnyRun((run, steps) => {
      const free = new Map<string, string>();
      play(run, steps, (decided) => {
        for (const { definition: { id, delaySeconds }, delayedUntil } of run.run.jobs) if (delaySeconds !== undefined && delayedUntil !== undefined) free.set(id, delayedUntil);
        for (const { data: { jobId, ordinal } } of dispatchesIn(decided)) if (ordinal === 1 && free.has(jobId)) expect(run.now >= (free.get(jobId) ?? '')).toBe(true);
      });
      for (const { definition: { id, delaySeconds }, executions } of run.run.jobs) if (executions.length > 0 && delaySeconds !== undefined) expect(free.has(id)).toBe(true);
    });
  });

  it('brings at most as many attempts as the job\'s author has asked for, each at its time and each once', () => {
    forAnyRun((run, steps) => {
      const planned: string[] = [];
      const begun: string[] = [];
      play(run, steps, (decided) => {
        for (const event of decided) {
          if (event.type === 'JobRetryPlanned') planned.push(`${event.data.executionId} ${event.data.due}`);
          if (event.type !== 'JobRerunRequested' || event.data.policy !== 'retry') continue;
          const plan = planned.find((each) => each.startsWith(`${event.data.previousExecution} `));
          expect(plan).toBeDefined();
          expect((plan?.split(' ')[1] ?? 'never') <= run.now).toBe(true);
          begun.push(`${event.data.jobId} ${event.data.previousExecution}`);
        }
      });
      expect(begun).toEqual([...new Set(begun)]);
      for (const { definition: { id, retry } } of run.run.jobs) expect(begun.filter((each) => each.startsWith(`${id} `)).length).toBeLessThanOrEqual(retry?.limit ?? 0);
    });
  });

  it('warns once of what has passed, and asks for one stop', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      for (const type of ['RunOverran', 'RunStartOverdue', 'RunStopRequested']) expect(run.events.filter((event) => event.type === type).length).toBeLessThanOrEqual(1);
    });
  });

  it('comes to rest: when nothing is due any more, what has passed was decided', () => {
    forAnyRun((run, steps) => {
      play(run, steps, () => undefined);
      run.pass(100_000);
      for (let command = clockTick(run), turns = 0; command !== undefined; command = clockTick(run), turns += 1) {
        expect(run.send(command)).not.toEqual([]);
        expect(turns).toBeLessThan(60);
      }
      const due = nextDue(run.run);
      expect(due === undefined || due.at > run.now).toBe(true);
    });
  });
});

describe('a run whose jobs all succeed', () => {
  it('ends succeeded, each job dispatched exactly once, whatever the order of the reports', () => {
    fc.assert(fc.property(anyJobnet, anySlots, fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 50 }), (definition, slots, order) => {
      const run = new SimulatedRun({ ...definition, deadline: undefined, timeout: undefined }, { ...slots }, () => 'succeeds');
      run.send(atTimeOf(run, start(run.definition)));
      for (let turn = 0; run.run.finished === undefined; turn += 1) {
        run.pass(1_000);
        const due = clockTick(run);
        if (due !== undefined) run.send(atTimeOf(run, due));
        const open = run.executions().filter(({ state }) => isOpenExecution(state));
        const next = open[(order[turn % order.length] ?? 0) % open.length];
        if ((next === undefined && due === undefined) || turn > 10 * definition.jobs.length) throw new Error('the run stands still');
        for (const fact of next === undefined ? [] : run.factsOf(next.executionId)) run.send(atTimeOf(run, { ...report(fact), agent: next?.agent ?? '' }));
        run.send(atTimeOf(run, dispatchReady()));
      }
      expect(run.run.finished).toBe('succeeded');
      expect(dispatchesIn(run.events).map(({ data }) => data.jobId).sort()).toEqual(definition.jobs.map(({ id }) => id).sort());
    }), { numRuns: RUNS });
  });
});

function dispatchesIn(events: readonly RunEvent[]) {
  return events.filter((event) => event.type === 'JobDispatched');
}

/** The end of a run as the laws have it, written another way than in the rules: follow what can still happen, job by job. */
function outcomeByHand(run: Run): 'succeeded' | 'failed' | 'stopped' | undefined {
  if (run.stopRequested) {
    if (run.jobs.some(({ state }) => state === 'dispatched' || state === 'running')) return undefined;
    return run.jobs.every(({ state }) => isThrough(state)) ? 'succeeded' : 'stopped';
  }
  const endsOnFailure = run.definition.onFailure === 'end';
  const dead = new Set<string>();
  for (const { definition, state } of run.jobs) {
    const endedWrong = endsOnFailure && (state === 'failed' || state === 'lost');
    const waitsInVain = (state === 'waiting' || state === 'held') && definition.after.some((id) => dead.has(id));
    if (endedWrong || waitsInVain) dead.add(definition.id);
    else if (!isThrough(state)) return undefined;
  }
  return dead.size === 0 ? 'succeeded' : 'failed';
}
