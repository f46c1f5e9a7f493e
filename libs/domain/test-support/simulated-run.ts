import type { JobnetDefinition } from '#events/definition';
import type { RunEvent } from '#events/run.events';
import { isRejection } from '../src/rejection.js';
import type { ExecutionFact } from '../src/run/execution-fact.js';
import { isOpenExecution } from '../src/run/execution-transitions.js';
import type { Capacity, RunCommand } from '../src/run/run.decider.js';
import { runDecider } from '../src/run/run.decider.js';
import type { Execution, Run, RunState } from '../src/run/run.state.js';
import { executionOf, jobOf } from '../src/run/run.state.js';
import { later } from '../src/instant.js';
import { fact, withSlots } from './run-commands.js';
import { HISTORY_AT } from './run-instants.js';

/** How an execution goes, as its agent will tell it: facts in the order in which they become true. */
export type Script = 'succeeds' | 'fails' | 'never-started' | 'declined' | 'lost';

/** One run with its agents: it sends commands with the slots that are really free, and keeps what was decided. */
export class SimulatedRun {
  state: RunState;
  /** What every clock shows. */
  now = HISTORY_AT;
  readonly events: RunEvent[] = [];
  /** Decisions with at least one event: the command, and what was decided. */
  readonly accepted: { readonly command: RunCommand; readonly decided: readonly RunEvent[] }[] = [];

  constructor(readonly definition: JobnetDefinition, private readonly slots: Record<string, number>, private readonly scriptOf: (executionId: string) => Script) {}

  /** What the command decides on the state as it is, or nothing when it is refused. */
  peek(command: RunCommand): readonly RunEvent[] {
    const decision = runDecider.decide(withSlots(this.free(), command), this.state);
    return isRejection(decision) ? [] : decision;
  }

  send(command: RunCommand): readonly RunEvent[] {
    const decided = this.peek(command);
    for (const event of decided) this.state = runDecider.evolve(this.state, event, command.context);
    this.events.push(...decided);
    if (decided.length > 0) this.accepted.push({ command, decided });
    return decided;
  }

  pass(seconds: number): void {
    this.now = later(this.now, seconds);
  }

  setSlots(agent: string, slots: number): void {
    this.slots[agent] = slots;
  }

  slotsOf(agent: string): number {
    return this.slots[agent] ?? 0;
  }

  openOn(agent: string): number {
    return this.executions().filter((each) => each.agent === agent && isOpenExecution(each.state)).length;
  }

  executions(): readonly Execution[] {
    return this.state?.jobs.flatMap((job) => job.executions) ?? [];
  }

  get run(): Run {
    if (this.state === undefined) throw new Error('the run has not been started');
    return this.state;
  }

  /** All that the agent of the execution will ever say of it. */
  factsOf(executionId: string): readonly ExecutionFact[] {
    const job = this.run.jobs.find((each) => executionOf(each, executionId) !== undefined);
    const ordinal = job && executionOf(job, executionId)?.ordinal;
    if (job === undefined || ordinal === undefined) return [];
    return this.told(job.definition.id, ordinal, this.scriptOf(executionId));
  }

  /** The jobs before this one, in the state they are in now. */
  predecessorStates(jobId: string): readonly string[] {
    return jobOf(this.run, jobId)?.definition.after.map((id) => jobOf(this.run, id)?.state ?? 'none') ?? [];
  }

  private told(jobId: string, ordinal: number, script: Script): readonly ExecutionFact[] {
    const began = [fact.accepted(jobId, ordinal), fact.started(jobId, ordinal)];
    switch (script) {
      case 'succeeds': return [...began, fact.finished(jobId, 0, ordinal)];
      case 'fails': return [...began, fact.finished(jobId, 1, ordinal)];
      case 'lost': return [...began, fact.orphaned(jobId, ordinal), fact.lost(jobId, ordinal)];
      case 'never-started': return [fact.accepted(jobId, ordinal), fact.neverStarted(jobId, ordinal)];
      case 'declined': return [fact.declined(jobId, ordinal)];
    }
  }

  private free(): Capacity {
    return Object.fromEntries(Object.entries(this.slots).map(([agent, slots]) => [agent, slots - this.openOn(agent)]));
  }
}
