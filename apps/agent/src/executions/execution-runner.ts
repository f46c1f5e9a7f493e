import type { Instant } from '#events/vocabulary';
import type { CommandSpec, ExecutionSpec, TaskSpec } from '#protocol/agent-link';
import type { AgentJournal } from '../journal/agent-journal.js';
import type { HeldExecution, JournalRecord, TerminalReport } from '../journal/journal-record.js';
import { type Before, endedWithout, finishedReport, lostReport } from './execution-report.js';
import type { ExecutionStops } from './execution-stops.js';
import { ExecutionTimeouts } from './execution-timeouts.js';
import type { ClaimedExecutor, ExecutionFact, Executor, Watch } from './executor.port.js';
import type { KeeperLog, KeeperStep } from './keeper-options.js';

export interface RunnerParts {
  readonly journal: AgentJournal;
  readonly processes: ClaimedExecutor<CommandSpec>;
  readonly tasks: Executor<TaskSpec>;
  readonly stops: ExecutionStops;
  readonly bootId: string;
  readonly slots: number;
  readonly log: KeeperLog;
  /** The newest report of an execution is another one now. */
  readonly onChange: (executionId: string) => void;
  readonly onStep: (step: KeeperStep, executionId: string) => void;
}

/**
 * Runs what the journal accepted, `slots` at a time.
 *
 *   queued ── 'starting' durable ──▶ starting ── wrapper claims ──▶ running ──▶ ended (durable) ──▶ a report
 *      └── withdrawn (refusal durable)   └── nobody can claim ──▶ never-started  └──▶ orphaned ──▶ lost
 *
 * An execution has a slot from `starting` until no process of it is left, orphaned ones too.
 */
export class ExecutionRunner {
  readonly #queue: ExecutionSpec[] = [];
  /** In the queue, though a former agent was about to start them, or had. */
  readonly #heldBack = new Set<string>();
  /** Who has a slot, and the watch once there is one. */
  readonly #slots = new Map<string, Watch | undefined>();
  readonly #startedAt = new Map<string, Instant>();
  readonly #orphaned = new Set<string>();
  /** 'starting' records on their way. */
  readonly #starting = new Map<string, Promise<void>>();
  /** Accepted without a slot, on their way to the journal: nobody overtakes them. */
  #arriving = 0;
  readonly #finishing = new Set<Promise<void>>();
  /** False while nobody has been heard and a former agent left something waiting: whether it has run meanwhile is not known before. */
  #mayStart = true;
  #isPaused = false;
  #isClosed = false;

  readonly #timeouts: ExecutionTimeouts;

  constructor(private readonly parts: RunnerParts) {
    this.#timeouts = new ExecutionTimeouts(parts);
  }

  /** Why it will never run this, as a phrase for the report; undefined when it will. */
  whyNotTaken(spec: ExecutionSpec): string | undefined {
    return spec.task === undefined ? this.parts.processes.whyNotTaken(spec) : this.parts.tasks.whyNotTaken(spec);
  }

  startedAt(executionId: string): Instant | undefined {
    return this.#startedAt.get(executionId);
  }

  /** Takes a slot when one is free and nobody waits; otherwise a place in the line. */
  arrive(executionId: string): 'slot' | 'line' {
    if (this.#queue.length === 0 && this.#arriving === 0 && this.#slots.size < this.parts.slots) {
      this.#slots.set(executionId, undefined);
      return 'slot';
    }
    this.#arriving += 1;
    return 'line';
  }

  /** The acceptance is durable. */
  arrived(spec: ExecutionSpec, place: 'slot' | 'line'): void {
    if (place === 'slot') return this.#begin(spec);
    this.#arriving -= 1;
    this.#queue.push(spec);
    this.#pump();
  }

  /** The acceptance failed. */
  turnedAway(executionId: string, place: 'slot' | 'line'): void {
    if (place === 'slot') this.#slots.delete(executionId);
    else this.#arriving -= 1;
    this.#pump();
  }

  /** Pending while it is leaving the line; until then nobody knows whether it will start. */
  leaving(executionId: string): Promise<void> | undefined {
    return this.#starting.get(executionId);
  }

  /** Takes an execution out of the line, for good or to be put back; undefined when it is not waiting any more. */
  async withdraw(executionId: string): Promise<(() => void) | undefined> {
    while (this.leaving(executionId) !== undefined) await this.leaving(executionId);
    // From here on no wrapper runs it, unless one was faster.
    if (this.#heldBack.has(executionId) && !this.parts.processes.claim(executionId)) this.#resumeClaimed();
    const index = this.#queue.findIndex((spec) => spec.executionId === executionId);
    const [spec] = index < 0 ? [] : this.#queue.splice(index, 1);
    return spec && (() => this.#putBack(spec));
  }

  /** Goes on with what a former agent left: the queue, and what may have ended meanwhile. */
  resume(held: Iterable<HeldExecution>): void {
    for (const execution of held) {
      const { executionId, ended, starting, spec } = execution;
      if (ended !== undefined || spec === undefined) continue;
      if (execution.orphaned !== undefined) this.#orphaned.add(executionId);
      if (starting === undefined) this.#queue.push(spec);
      else if (execution.stopping === undefined && this.#isUnclaimed(spec, starting)) this.#holdBack(spec);
      else this.#resume(execution, spec, starting);
    }
    this.#mayStart = this.#queue.length === 0;
  }

  /** Whether it waits again for its start, which the journal has already. */
  isHeldBack(executionId: string): boolean {
    return this.#heldBack.has(executionId);
  }

  mayStart(): void {
    this.#mayStart = true;
    this.#pump();
  }

  /** The net below exit events and FIFOs. */
  poll(): void {
    this.#resumeClaimed();
    for (const watch of [...this.#slots.values()]) watch?.look();
    this.parts.stops.poll();
    this.#timeouts.poll();
    this.#pump();
  }

  forget(executionId: string): void {
    this.#startedAt.delete(executionId);
    this.#orphaned.delete(executionId);
    this.#timeouts.forget(executionId);
  }

  /** Starts nothing more. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Resolves when every end of a task that was seen is on its way to the journal. */
  async finished(): Promise<void> {
    await Promise.all(this.#finishing);
  }

  /** Watches no more; the processes go on. */
  close(): void {
    this.#isClosed = true;
    this.#timeouts.close();
    for (const watch of this.#slots.values()) watch?.stop();
  }

  /** No wrapper has claimed it. This journal may be an older copy, and its directory too, so that one has, and has run it. */
  #isUnclaimed({ executionId, task }: ExecutionSpec, starting: string): boolean {
    return task === undefined && starting === this.parts.bootId && this.parts.processes.isUnclaimed(executionId);
  }

  #holdBack(spec: ExecutionSpec): void {
    this.#heldBack.add(spec.executionId);
    this.#queue.push(spec);
  }

  /** A wrapper of the former agent was on its way. */
  #resumeClaimed(): void {
    for (const executionId of this.#heldBack) {
      if (this.parts.processes.isUnclaimed(executionId)) continue;
      this.#heldBack.delete(executionId);
      const index = this.#queue.findIndex((spec) => spec.executionId === executionId);
      const [spec] = index < 0 ? [] : this.#queue.splice(index, 1);
      const held = this.parts.journal.state.held.get(executionId);
      if (spec !== undefined && held?.starting !== undefined) this.#resume(held, spec, held.starting);
    }
  }

  #pump(): void {
    while (this.#mayStart && !this.#isPaused && !this.#isClosed && this.#slots.size < this.parts.slots) {
      const spec = this.#queue.shift();
      if (spec === undefined) return;
      const { executionId } = spec;
      this.#heldBack.delete(executionId);
      this.#slots.set(executionId, undefined);
      this.#starting.set(executionId, this.#start(spec).finally(() => this.#starting.delete(executionId)));
    }
  }

  async #start(spec: ExecutionSpec): Promise<void> {
    const { executionId } = spec;
    try {
      await this.parts.journal.append({ type: 'starting', executionId, bootId: this.parts.bootId });
    } catch {
      // The poll tries again; until then it waits as before.
      this.#slots.delete(executionId);
      return this.#putBack(spec);
    }
    this.parts.onStep('starting', executionId);
    this.#begin(spec);
  }

  /** Back to its place: the journal holds executions in the order of their acceptance. */
  #putBack(spec: ExecutionSpec): void {
    const order = [...this.parts.journal.state.held.keys()];
    this.#queue.push(spec);
    this.#queue.sort((one, other) => order.indexOf(one.executionId) - order.indexOf(other.executionId));
  }

  #begin(spec: ExecutionSpec): void {
    const { executionId } = spec;
    const tell = (fact: ExecutionFact): void => this.#take(executionId, fact);
    this.#watch(executionId, () => (spec.task === undefined ? this.parts.processes.begin(spec, tell) : this.parts.tasks.begin(spec, tell)));
  }

  #resume(held: HeldExecution, spec: ExecutionSpec, starting: string): void {
    const { executionId } = held;
    const tell = (fact: ExecutionFact): void => this.#take(executionId, fact);
    this.#watch(executionId, () => (spec.task === undefined ? this.parts.processes.resume({ ...held, spec, starting }, tell) : this.parts.tasks.resume({ ...held, spec, starting }, tell)));
  }

  /** What it comes to may be known before there is anything to watch. */
  #watch(executionId: string, begin: () => Watch): void {
    this.#slots.set(executionId, undefined);
    const watch = begin();
    if (this.#slots.has(executionId)) this.#slots.set(executionId, watch);
    else watch.stop();
  }

  #take(executionId: string, fact: ExecutionFact): void {
    const held = this.parts.journal.state.held.get(executionId);
    if (held === undefined || held.ended !== undefined) return;
    switch (fact.kind) {
      case 'started':
        this.#startedAt.set(executionId, fact.at);
        this.#timeouts.began(executionId, fact);
        this.parts.stops.goOn(executionId);
        return this.parts.onChange(executionId);
      case 'orphaned':
        if (this.#orphaned.has(executionId)) return;
        this.#orphaned.add(executionId);
        return this.#record({ type: 'orphaned', executionId, reason: fact.reason });
      case 'ended':
        this.#timeouts.ended(executionId, fact.ending.durationMs);
        this.#finish(held, fact);
        return this.#release(executionId);
      case 'lost':
        return this.#conclude(executionId, lostReport(held, this.#before(executionId), fact.startedAt ?? this.#startedAt.get(executionId), fact.reason));
      case 'never-started':
      case 'declined':
        return this.#conclude(executionId, endedWithout(fact.kind, held, fact.reason));
    }
  }

  #finish(held: HeldExecution, { ending, output }: Extract<ExecutionFact, { kind: 'ended' }>): void {
    const { executionId } = held;
    this.parts.onStep('result-seen', executionId);
    const finishing = output().then((summary) => {
      this.#finishing.delete(finishing);
      if (this.#isClosed) return;
      this.parts.onStep('summarised', executionId);
      this.#conclude(executionId, finishedReport(held, this.#before(executionId), ending, summary));
    });
    // The next agent finds the end of a command again, that of a task it does not.
    if (held.spec?.task !== undefined) this.#finishing.add(finishing);
  }

  #before(executionId: string): Before {
    return { isOrphaned: this.#orphaned.has(executionId), overranAt: this.#timeouts.overranAt(executionId) };
  }

  #conclude(executionId: string, report: TerminalReport): void {
    this.#release(executionId);
    this.#record({ type: 'ended', report });
  }

  #record(record: Extract<JournalRecord, { type: 'ended' | 'orphaned' }>): void {
    const executionId = record.type === 'ended' ? record.report.executionId : record.executionId;
    this.parts.journal.appendUntilDurable(record).then(() => {
      if (record.type === 'ended') this.parts.onStep('ended', executionId);
      this.parts.onChange(executionId);
    }, () => this.parts.log('warn', 'the agent was closed before a fact was durable; the next one finds it again', { executionId, fact: record.type }));
  }

  #release(executionId: string): void {
    this.parts.stops.ended(executionId);
    this.#timeouts.ended(executionId);
    if (this.#slots.delete(executionId)) this.#pump();
  }
}
