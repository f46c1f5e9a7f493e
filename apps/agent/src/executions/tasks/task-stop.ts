import type { DeliveredSignal, StopRequest } from '../../journal/journal-record.js';
import type { ExecutionStop } from '../executor.port.js';
import { uptimeSeconds } from '../process/proc.js';
import type { TaskExecutor } from './task-executor.js';

/**
 * Ends one task: its abort signal, and after the grace its host is killed. In the journal and in reports the two have the names of the
 * signals that a process would get.
 */
export class TaskStop implements ExecutionStop {
  readonly #delivered: DeliveredSignal[] = [];
  #askedMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(private readonly executionId: string, private readonly tasks: TaskExecutor, private readonly onDelivered: (delivered: DeliveredSignal) => void) {}

  get delivered(): readonly DeliveredSignal[] {
    return this.#delivered;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  ask({ graceSeconds }: StopRequest): void {
    if (this.#isOver) return;
    if (this.#askedMs === undefined && graceSeconds > 0) this.tasks.abort(this.executionId, 'the job was stopped', () => this.#deliver('SIGTERM'));
    this.#askedMs ??= performance.now();
    clearTimeout(this.#timer);
    const leftMs = graceSeconds * 1000 - (performance.now() - this.#askedMs);
    if (leftMs <= 0) return this.#kill();
    this.#timer = setTimeout(() => this.#kill(), Math.ceil(leftMs)).unref();
  }

  ended(): boolean {
    this.close();
    this.#isOver = true;
    return false;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #kill(): void {
    if (!this.#isOver && this.tasks.kill(this.executionId)) this.#deliver('SIGKILL');
  }

  #deliver(signal: DeliveredSignal['signal']): void {
    if (this.#isOver || this.#delivered.some((one) => one.signal === signal)) return;
    const delivered = { signal, uptime: uptimeSeconds() };
    this.#delivered.push(delivered);
    this.onDelivered(delivered);
  }
}
