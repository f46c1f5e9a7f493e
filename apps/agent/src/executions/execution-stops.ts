import type { StopFrame } from '#protocol/agent-link';
import type { AgentJournal } from '../journal/agent-journal.js';
import type { DeliveredSignal, HeldExecution, StopRequest } from '../journal/journal-record.js';
import { isAfter } from '../journal/journal-state.js';
import type { ExecutionStop } from './executor.port.js';
import type { KeeperLog, KeeperStep } from './keeper-options.js';
import { ExecutionDirectory } from './process/execution-directory.js';
import { ProcessStop } from './process/process-stop.js';
import { StrayHunt } from './process/stray-hunt.js';
import type { TaskExecutor } from './tasks/task-executor.js';
import { TaskStop } from './tasks/task-stop.js';

export interface StopsParts {
  readonly journal: AgentJournal;
  readonly root: string;
  readonly tasks: TaskExecutor;
  readonly log: KeeperLog;
  readonly onStep: (step: KeeperStep, executionId: string) => void;
}

/** Before every position of the log: any server's wish is newer. */
const NO_POSITION = '0';

/** What servers and time-outs want stopped, and how far that is. A wish is durable before the first signal, a signal before the end that it brought. */
export class ExecutionStops {
  readonly #stops = new Map<string, ExecutionStop>();
  readonly #hunt = new StrayHunt();
  #isClosed = false;

  constructor(private readonly parts: StopsParts) {}

  /** Of an execution that has begun. Resolves when the wish is durable, and tries until it is: no server asks again within a session. */
  async want({ executionId, position, graceSeconds }: StopFrame): Promise<void> {
    const known = this.#held(executionId)?.stopping;
    if (known === undefined || isAfter(position, known.position)) {
      this.parts.onStep('stop-wanted', executionId);
      await this.parts.journal.appendUntilDurable({ type: 'stopping', executionId, position, graceSeconds });
      this.parts.onStep('stopping', executionId);
    }
    this.goOn(executionId);
  }

  /** Its own time-out wants it; a server's word that came before counts instead. */
  async wantByTimeout(executionId: string, graceSeconds: number): Promise<void> {
    if (this.isWanted(executionId)) return;
    try {
      await this.parts.journal.appendUntilDurable({ type: 'stopping', executionId, position: NO_POSITION, graceSeconds, timedOut: true });
    } catch {
      // The agent was closed meanwhile: the next one finds that the time has run out.
      return;
    }
    this.goOn(executionId);
  }

  isWanted(executionId: string): boolean {
    return this.#held(executionId)?.stopping !== undefined;
  }

  /** As far as the journal wants it, and the execution is there and open. */
  goOn(executionId: string): void {
    const held = this.#held(executionId);
    if (this.#isClosed || held?.stopping === undefined || held.ended !== undefined) return;
    this.#stopOf(held, held.stopping).ask(held.stopping);
  }

  /** The net below timers. */
  poll(): void {
    for (const [executionId, stop] of this.#stops) {
      // Wanted while its end was on the way to the journal.
      if (!stop.isOver && this.#held(executionId)?.ended !== undefined) this.#stops.delete(executionId);
      else this.goOn(executionId);
    }
  }

  /** In the order of their sending, by this agent or a former one. */
  signalsTo(directory: ExecutionDirectory): readonly DeliveredSignal[] {
    const held = this.#held(directory.executionId);
    if (held?.stopping === undefined) return [];
    const kept = [...this.#stops.get(held.executionId)?.delivered ?? [], ...held.signalled ?? [], ...this.#marksIn(directory)];
    return (['SIGTERM', 'SIGKILL'] as const).flatMap((name) => kept.find(({ signal }) => signal === name) ?? []);
  }

  /** No result will come after this one. */
  ended(executionId: string): void {
    const stop = this.#stops.get(executionId);
    if (stop?.ended(() => this.#stops.delete(executionId)) === false) this.#stops.delete(executionId);
  }

  close(): void {
    this.#isClosed = true;
    this.#hunt.close();
    for (const stop of this.#stops.values()) stop.close();
  }

  /** Without a descriptor to read them with: what this agent sent itself, and what the journal has, is known all the same. */
  #marksIn(directory: ExecutionDirectory): DeliveredSignal[] {
    try {
      return directory.signalled();
    } catch (error) {
      this.parts.log('warn', 'the marks of signals could not be read', { executionId: directory.executionId, error: String(error) });
      return [];
    }
  }

  #stopOf(held: HeldExecution, request: StopRequest): ExecutionStop {
    const { executionId } = held;
    const known = this.#stops.get(executionId);
    if (known !== undefined) return known;
    const onDelivered = (delivered: DeliveredSignal): void => this.#record(executionId, delivered);
    const stop = held.spec?.task === undefined ? this.#processStop(executionId, request, onDelivered) : new TaskStop(executionId, this.parts.tasks, onDelivered);
    this.#stops.set(executionId, stop);
    return stop;
  }

  #processStop(executionId: string, request: StopRequest, onDelivered: (delivered: DeliveredSignal) => void): ExecutionStop {
    const directory = new ExecutionDirectory(this.parts.root, executionId);
    return new ProcessStop(directory, request, this.signalsTo(directory), {
      hunt: this.#hunt, onDelivered, onTrouble: (what, error) => this.parts.log('warn', what, { executionId, error: String(error) }),
    });
  }

  #record(executionId: string, delivered: DeliveredSignal): void {
    this.parts.log('info', `${delivered.signal} was delivered`, { executionId });
    this.parts.onStep('signalled', executionId);
    this.parts.journal.appendUntilDurable({ type: 'signalled', executionId, ...delivered })
      .then(() => this.parts.onStep('signal-kept', executionId), () => undefined);
  }

  #held(executionId: string): HeldExecution | undefined {
    return this.parts.journal.state.held.get(executionId);
  }
}
