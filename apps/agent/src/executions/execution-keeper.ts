import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';
import type { CancelFrame, DispatchFrame, Report, StopFrame } from '#protocol/agent-link';
import { AgentJournal } from '../journal/agent-journal.js';
import { heldNow, type HeldNow, type JournalPart, journalPart, markOpened } from '../journal/journal-part.js';
import { lockDataDirectory } from '../journal/data-directory-lock.js';
import { isAfter } from '../journal/journal-state.js';
import type { HeldExecution, TerminalReport } from '../journal/journal-record.js';
import { calledOff, endedWithout, lostFromSight, reportOf } from './execution-report.js';
import { ExecutionRunner } from './execution-runner.js';
import { ExecutionStops } from './execution-stops.js';
import { RETENTION, type SessionBegan, TASK_GRACE_MS, type KeeperOptions, type KeeperStep } from './keeper-options.js';
import { DirectoryPool } from './process/directory-pool.js';
import { launchSetting, type LaunchSetting } from './process/launch.js';
import { whyNotCancelled, whyNotStarted } from './known-already.js';
import { currentBootId } from './process/proc.js';
import { ProcessExecutor } from './process/process-executor.js';
import { OutputRetention } from './retention.js';
import { openTasks } from './tasks/open-tasks.js';
import type { TaskExecutor } from './tasks/task-executor.js';
import { type KnownOutput, knownOutput } from '../outputs/known-output.js';

/** As many as a hello can name. */
const MOST_HELD = 10_000;

/**
 * Keeps what servers asked of this agent, runs it at most once, and keeps what became of it until a server has stored it.
 * It knows nothing of connections: frames come in by `offer` and `cancel`, reports are fetched with `pendingReports`.
 */
export class ExecutionKeeper {
  /** Executions whose newest report is not acknowledged. */
  readonly #unacknowledged: Set<string>;
  /** What is on its way to the journal, by execution: the next one about the same waits for it. */
  readonly #pending = new Map<string, Promise<void>>();
  /** Offers that the journal did not take and that wait to be recorded as declined. */
  readonly #declining = new Set<string>();
  readonly #runner: ExecutionRunner;
  readonly #stops: ExecutionStops;
  readonly #poll: NodeJS.Timeout;
  readonly #retention: OutputRetention;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  private constructor(private readonly options: KeeperOptions, private readonly journal: AgentJournal, private readonly root: string, isRootFresh: boolean,
    private readonly pool: DirectoryPool, private readonly tasks: TaskExecutor, private readonly setting: LaunchSetting, private readonly unlock: () => void) {
    this.#unacknowledged = new Set(journal.state.held.keys());
    const { slots, log } = options;
    const onStep = (step: KeeperStep, executionId: string): void => options.onStep?.(step, executionId);
    const stops = this.#stops = new ExecutionStops({ journal, root, tasks, log, onStep });
    this.#runner = new ExecutionRunner({
      journal, slots, log, onStep, stops, tasks, bootId: setting.bootId,
      processes: new ProcessExecutor({ root, isRootFresh, pool, stops, setting, onStep }),
      onChange: (executionId) => this.#changed(executionId),
    });
    this.#retention = new OutputRetention({ root, log, rule: options.retention ?? RETENTION, forgotten: () => [...journal.state.forgotten], now: options.now ?? (() => new Date()) });
    this.#poll = setInterval(() => {
      this.#runner.poll();
      this.#retention.tick();
    }, options.pollMs ?? 1500).unref();
  }

  /**
   * Takes the data directory, reads the journal, and goes on with everything in it.
   * @throws DataDirectoryInUseError when another agent process has it
   * @throws TasksUnusableError when the module of the tasks cannot be loaded
   * @throws JournalCorruptError when the journal holds what no crash can have left
   */
  static async open(options: KeeperOptions): Promise<ExecutionKeeper> {
    const { dataDir, log } = options;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const unlock = lockDataDirectory(dataDir);
    let journal: AgentJournal | undefined;
    try {
      journal = await AgentJournal.open(dataDir, { onTrouble: (what, error) => log('error', what, { error: String(error) }), ...options.journal });
      const root = join(dataDir, 'executions');
      const isRootFresh = !existsSync(root);
      await mkdir(root, { recursive: true, mode: 0o700 });
      const pool = await DirectoryPool.open(join(dataDir, 'spare'));
      await pool.refill().catch((error: unknown) => log('error', 'no execution directories can be made', { error: String(error) }));
      const setting = launchSetting(options.bootId ?? currentBootId(), options.workDir ?? process.cwd(), process.env);
      const tasks = await openTasks(options.tasks, { dataDir, root, log, ...setting });
      const keeper = new ExecutionKeeper(options, journal, root, isRootFresh, pool, tasks, setting, unlock);
      keeper.#runner.resume(journal.state.held.values());
      keeper.#retention.sweep();
      return keeper;
    } catch (error) {
      await journal?.close();
      unlock();
      throw error;
    }
  }

  /**
   * Resolves when the dispatch is durable, as accepted or as declined, or needs nothing because the id is known.
   * Frames of one session are offered in their order, without waiting for one another.
   * @throws JournalUnavailableError nothing was started nor will be; it will be reported as declined as soon as that can be written
   */
  offer(frame: DispatchFrame): Promise<void> {
    return this.#inTurn(frame.spec.executionId, () => this.#take(frame));
  }

  /**
   * What has not started never will: resolves when that is durable, and `never-started` is reported. Changes nothing for what
   * runs or has ended.
   * @throws JournalUnavailableError nothing has changed
   */
  cancel(frame: CancelFrame): Promise<void> {
    return this.#inTurn(frame.executionId, () => this.#refuse(frame));
  }

  /**
   * As `cancel`; and what runs gets SIGTERM, after the grace SIGKILL, also from an agent that was started again meanwhile. Resolves when that
   * wish is durable. Changes nothing for what has ended.
   * @throws JournalUnavailableError nothing has changed
   */
  stop(frame: StopFrame): Promise<void> {
    return this.#inTurn(frame.executionId, () => this.#stop(frame));
  }

  /** The newest report of every execution whose newest report is not acknowledged, or of the first so many. Ends in it are durable. */
  pendingReports(most = Infinity): Report[] {
    return [...this.#unacknowledged].slice(0, most).flatMap((executionId) => this.#newest(executionId) ?? []);
  }

  /**
   * The server stored this report there. Resolves when an end is durably forgotten; an older sequence changes nothing. Where that cannot be
   * written the report stays pending, to be sent and acknowledged again.
   */
  async acknowledged(executionId: string, sequence: number, receipt: Receipt): Promise<void> {
    const newest = this.#newest(executionId);
    if (newest === undefined || sequence < newest.sequence || !this.#unacknowledged.has(executionId)) return;
    const ended = this.journal.state.held.get(executionId)?.ended;
    if (ended !== undefined && sequence !== newest.sequence) return;
    this.#unacknowledged.delete(executionId);
    if (ended === undefined) return;
    this.options.onStep?.('acknowledged', executionId);
    try {
      await this.journal.append({ type: 'forgotten', executionId, receipt });
    } catch {
      this.#unacknowledged.add(executionId);
      return;
    }
    this.options.onStep?.('forgotten', executionId);
    this.#runner.forget(executionId);
    this.#retention.forgot(ended.state === 'finished' ? ended.output.stdout.bytes + ended.output.stderr.bytes : 0);
  }

  /** Where an execution's output lies and how far it is; undefined for one that this agent does not know. */
  output(executionId: string): KnownOutput | undefined {
    return knownOutput(this.root, this.journal.state, executionId);
  }

  /** The journal's part of a hello. */
  hello(): JournalPart {
    return journalPart(this.journal);
  }

  processBegan(id: string): Promise<void> {
    return markOpened(this.journal, id);
  }

  /** What it holds at this moment. */
  inventory(): HeldNow {
    return heldNow(this.journal.state);
  }

  /**
   * Resolves when the session is durable; then what a former agent left waiting may start. Until a server was heard that is not known: this
   * journal may be an older copy of itself, and all of that may have run. @throws JournalUnavailableError
   */
  async sessionBegan({ session, epoch, position, startsAnew, mustNotBegin = [], mayHaveBegun = [] }: SessionBegan): Promise<void> {
    // Before the session: once that is known, the server does not say so again.
    for (const executionId of mayHaveBegun) await this.#inTurn(executionId, () => this.#withdraw(executionId, lostFromSight));
    const anew = startsAnew === true && position !== undefined ? { anew: position } : {};
    await this.journal.append({ type: 'session', session, ...(epoch !== undefined && epoch > 0 && { epoch }), ...anew });
    for (const executionId of mustNotBegin) await this.#inTurn(executionId, () => this.#withdraw(executionId, calledOff));
    this.#runner.mayStart();
  }

  /** Stops keeping. Processes go on; the next open finds them. Tasks are asked to end, and what became of them is durable. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#runner.pause();
    await this.tasks.close(this.options.taskGraceMs ?? TASK_GRACE_MS);
    await this.#runner.finished();
    this.#isClosed = true;
    clearInterval(this.#poll);
    this.#runner.close();
    this.#stops.close();
    await this.journal.close();
    await Promise.allSettled([...this.#pending.values(), this.#retention.close(), this.pool.close()]);
    this.unlock();
  }

  /** Starts at once unless something about the same execution is on its way: records keep the order of the frames. */
  #inTurn(executionId: string, work: () => Promise<void>): Promise<void> {
    const before = this.#pending.get(executionId);
    const turn = before === undefined ? work() : before.catch(() => undefined).then(work);
    const settled = turn.finally(() => {
      if (this.#pending.get(executionId) === settled) this.#pending.delete(executionId);
    });
    this.#pending.set(executionId, settled);
    return settled;
  }

  async #take(frame: DispatchFrame): Promise<void> {
    const { spec, spec: { executionId }, position } = frame;
    const known = this.#declining.has(executionId) ? 'is known' : whyNotStarted(this.journal.state, executionId, position);
    if (known !== undefined) return this.#passOver(executionId, position, known);
    const decline = this.#whyDeclined(frame);
    if (decline !== undefined) return this.#ended({ type: 'ended', report: endedWithout('declined', spec, decline), position });
    this.options.onStep?.('offered', executionId);
    const place = this.#runner.arrive(executionId);
    const acceptedAt = (this.options.now?.() ?? new Date()).toISOString() as Instant;
    try {
      await this.journal.append({ type: 'accepted', spec, position, acceptedAt, ...(place === 'slot' && { starting: this.setting.bootId }) });
    } catch (error) {
      this.#runner.turnedAway(executionId, place);
      this.#declineLater(frame, String(error));
      throw error;
    }
    this.options.onStep?.('accepted', executionId);
    this.#changed(executionId);
    this.#runner.arrived(spec, place);
  }

  /** The server asks about it, so it is told again what there is to tell. */
  async #passOver(executionId: string, position: string, why: string): Promise<void> {
    this.options.log('info', `a dispatch was not started: the execution ${why}`, { executionId, position });
    if (this.journal.state.held.has(executionId)) this.#changed(executionId);
    if (isAfter(position, this.journal.state.servedUpTo)) await this.journal.append({ type: 'served', position });
  }

  #whyDeclined({ spec }: DispatchFrame): string | undefined {
    if (!this.journal.hasRoom) return 'the agent\'s disk is full: it takes no new work until there is space';
    if (this.journal.state.held.size >= MOST_HELD) return `the agent holds ${MOST_HELD} executions already`;
    return this.#runner.whyNotTaken(spec);
  }

  /** In its place before every later dispatch, so that `servedUpTo` never claims a dispatch that nobody answers. */
  #declineLater({ spec, position }: DispatchFrame, why: string): void {
    this.#declining.add(spec.executionId);
    this.#ended({ type: 'ended', report: endedWithout('declined', spec, why), position })
      .then(() => this.#declining.delete(spec.executionId), () => undefined);
  }

  async #ended(record: { readonly type: 'ended'; readonly report: TerminalReport; readonly position: string }): Promise<void> {
    await this.journal.appendUntilDurable(record);
    this.options.onStep?.('ended', record.report.executionId);
    this.#changed(record.report.executionId);
  }

  async #refuse(frame: CancelFrame | StopFrame): Promise<void> {
    const { executionId, position } = frame;
    const putBack = await this.#runner.withdraw(executionId);
    const why = putBack === undefined ? this.#declining.has(executionId) ? 'was declined' : whyNotCancelled(this.journal.state, this.root, executionId) : undefined;
    if (why !== undefined) return this.options.log('info', `a ${frame.kind} changes nothing: the execution ${why}`, { executionId, position });
    await this.#refused(endedWithout('never-started', frame, frame.kind === 'cancel' ? 'it was cancelled before it started' : 'it was stopped before it started'), position, putBack);
  }

  async #refused(report: TerminalReport, position: string, putBack: (() => void) | undefined): Promise<void> {
    await this.journal.append({ type: 'refused', report, position }).catch((error: unknown) => {
      putBack?.();
      throw error;
    });
    this.options.onStep?.('refused', report.executionId);
    this.#changed(report.executionId);
  }

  async #stop(frame: StopFrame): Promise<void> {
    while (this.#runner.leaving(frame.executionId) !== undefined) await this.#runner.leaving(frame.executionId);
    const held = this.journal.state.held.get(frame.executionId);
    if (held?.starting === undefined || held.ended !== undefined || this.#runner.isHeldBack(frame.executionId)) return this.#refuse(frame);
    return this.#stops.want(frame);
  }

  /** Out of the line, where it still waits in it. */
  async #withdraw(executionId: string, reportOn: (held: HeldExecution) => TerminalReport): Promise<void> {
    const held = this.journal.state.held.get(executionId);
    const putBack = held === undefined ? undefined : await this.#runner.withdraw(executionId);
    if (held !== undefined && putBack !== undefined) await this.#refused(reportOn(held), this.journal.state.servedUpTo, putBack);
  }

  #newest(executionId: string): Report | undefined {
    const held = this.journal.state.held.get(executionId);
    return held && reportOf(held, this.#runner.startedAt(executionId));
  }

  #changed(executionId: string): void {
    if (this.#isClosed) return;
    this.#unacknowledged.add(executionId);
    this.options.onReport();
  }
}
