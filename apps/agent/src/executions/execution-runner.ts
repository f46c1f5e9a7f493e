import type { Instant } from '#events/vocabulary';
import type { ExecutionSpec } from '#protocol/agent-link';
import type { AgentJournal } from '../journal/agent-journal.js';
import type { HeldExecution, JournalRecord, TerminalReport } from '../journal/journal-record.js';
import { endedWithout, finishedReport, lostReport } from './execution-report.js';
import type { ExecutionStops } from './execution-stops.js';
import type { KeeperLog, KeeperStep } from './keeper-options.js';
import type { DirectoryPool } from './process/directory-pool.js';
import { ExecutionDirectory, type ResultFile, type StartedFile } from './process/execution-directory.js';
import type { LaunchSetting } from './process/launch.js';
import { summarise } from './process/output-summary.js';
import { ProcessWatch, type ProcessFact } from './process/process-watch.js';

export interface RunnerParts {
  readonly journal: AgentJournal;
  /** Where the executions' directories lie. */
  readonly root: string;
  readonly pool: DirectoryPool;
  readonly stops: ExecutionStops;
  readonly setting: LaunchSetting;
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
  /** Who has a slot, and the watch once there is one. */
  readonly #slots = new Map<string, ProcessWatch | undefined>();
  readonly #startedAt = new Map<string, Instant>();
  readonly #orphaned = new Set<string>();
  /** 'starting' records on their way. */
  readonly #starting = new Map<string, Promise<void>>();
  /** Accepted without a slot, on their way to the journal: nobody overtakes them. */
  #arriving = 0;
  #isClosed = false;

  constructor(private readonly parts: RunnerParts) {}

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
    const index = this.#queue.findIndex((spec) => spec.executionId === executionId);
    const [spec] = index < 0 ? [] : this.#queue.splice(index, 1);
    return spec && (() => this.#putBack(spec));
  }

  /** Goes on with what a former agent left: the queue, and processes that may have ended meanwhile. */
  resume(held: Iterable<HeldExecution>, isRootFresh: boolean): void {
    for (const execution of held) {
      const { executionId, ended, starting, spec } = execution;
      if (ended !== undefined || spec === undefined) continue;
      if (execution.orphaned !== undefined) this.#orphaned.add(executionId);
      if (starting === undefined) this.#queue.push(spec);
      else if (starting !== this.parts.setting.bootId) this.#concludeFormerBoot(execution, starting);
      else if (isRootFresh) this.#conclude(executionId, lostReport(execution, false, undefined, 'its directory was removed while the agent was away'));
      else this.#begin(spec);
    }
    this.#pump();
  }

  /** The net below exit events and FIFOs. */
  poll(): void {
    for (const watch of [...this.#slots.values()]) watch?.look();
    this.parts.stops.poll();
    this.#pump();
  }

  forget(executionId: string): void {
    this.#startedAt.delete(executionId);
    this.#orphaned.delete(executionId);
  }

  /** Watches no more; the processes go on. */
  close(): void {
    this.#isClosed = true;
    for (const watch of this.#slots.values()) watch?.stop();
  }

  #pump(): void {
    while (!this.#isClosed && this.#slots.size < this.parts.slots) {
      const spec = this.#queue.shift();
      if (spec === undefined) return;
      const { executionId } = spec;
      this.#slots.set(executionId, undefined);
      this.#starting.set(executionId, this.#start(spec).finally(() => this.#starting.delete(executionId)));
    }
  }

  async #start(spec: ExecutionSpec): Promise<void> {
    const { executionId } = spec;
    try {
      await this.parts.journal.append({ type: 'starting', executionId, bootId: this.parts.setting.bootId });
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
    const directory = new ExecutionDirectory(this.parts.root, executionId);
    const watch = new ProcessWatch(directory, (fact) => this.#take(directory, fact));
    this.#slots.set(executionId, watch);
    const go = (): void => {
      if (this.#isClosed) return;
      this.parts.onStep('placed', executionId);
      if (this.parts.stops.isWanted(executionId)) watch.attach();
      else watch.begin(spec, this.parts.setting);
      this.parts.onStep('spawned', executionId);
    };
    try {
      const placed = this.parts.pool.place(directory.path);
      if (placed === undefined) go();
      else placed.then(go).catch((error: unknown) => this.#cannotBePlaced(directory, error));
    } catch (error) {
      this.#cannotBePlaced(directory, error);
    }
  }

  /** Without a directory no wrapper was ever spawned for it: there is nothing to claim. */
  #cannotBePlaced(directory: ExecutionDirectory, error: unknown): void {
    if (this.#isClosed) return;
    this.#slots.get(directory.executionId)?.stop();
    this.#take(directory, { kind: 'never-started', reason: `its directory cannot be made: ${error instanceof Error ? error.message : String(error)}` });
  }

  #take(directory: ExecutionDirectory, fact: ProcessFact): void {
    const { executionId } = directory;
    const held = this.parts.journal.state.held.get(executionId);
    if (held === undefined || held.ended !== undefined) return;
    switch (fact.kind) {
      case 'started':
        this.#startedAt.set(executionId, fact.started.at);
        this.parts.stops.goOn(executionId);
        return this.parts.onChange(executionId);
      case 'orphaned':
        if (this.#orphaned.has(executionId)) return;
        this.#orphaned.add(executionId);
        return this.#record({ type: 'orphaned', executionId, reason: fact.reason });
      case 'ended':
        this.#finish(held, directory, fact.started, fact.result);
        return this.#release(executionId);
      case 'lost':
        return this.#conclude(executionId, lostReport(held, this.#orphaned.has(executionId), this.#startedAt.get(executionId), fact.reason));
      case 'never-started':
        return this.#conclude(executionId, endedWithout('never-started', held, fact.reason));
    }
  }

  /** After a reboot only a result that was durable before it can tell more than that. */
  #concludeFormerBoot(held: HeldExecution, bootId: string): void {
    const directory = new ExecutionDirectory(this.parts.root, held.executionId);
    const started = directory.started();
    const result = directory.result();
    if (result !== undefined) return this.#finish(held, directory, started, result);
    const reason = `the host was rebooted before its end was known (boot ${bootId}, now ${this.parts.setting.bootId})`;
    this.#conclude(held.executionId, lostReport(held, held.orphaned !== undefined, started?.at, reason));
  }

  #finish(held: HeldExecution, directory: ExecutionDirectory, started: StartedFile | undefined, result: ResultFile): void {
    const { executionId } = held;
    const signals = this.parts.stops.signalsTo(held, directory);
    this.parts.onStep('result-seen', executionId);
    void Promise.all([summarise(directory.output('stdout')), summarise(directory.output('stderr'))]).then(([stdout, stderr]) => {
      if (this.#isClosed) return;
      this.parts.onStep('summarised', executionId);
      this.#conclude(executionId, finishedReport(held, this.#orphaned.has(executionId), { started, result, signals }, { stdout, stderr }));
    });
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
    if (this.#slots.delete(executionId)) this.#pump();
  }
}
