import type { DeliveredSignal, StopRequest } from '../../journal/journal-record.js';
import type { ExecutionStop } from '../executor.port.js';
import type { ExecutionDirectory, StartedFile } from './execution-directory.js';
import { isAlive, uptimeSeconds } from './proc.js';
import { isWorking } from './process-watch.js';
import type { StrayHunt } from './stray-hunt.js';

export interface StopParts {
  readonly hunt: StrayHunt;
  /** A signal reached a living process for the first time; its mark is in the directory. */
  readonly onDelivered: (delivered: DeliveredSignal) => void;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** Between `started` and the job's process group lies a millisecond, or a `cd` to a slow place. */
const GROUP_SOON_MS = 2;
const GROUP_LATE_MS = 256;

/**
 * Ends the processes of one execution, and lets its wrapper live to tell how.
 *
 *   asked ── `started` is there ──▶ SIGTERM ── grace, from then on ──▶ SIGKILL ── again at each look ──▶ ended
 *
 * SIGTERM goes to the job's process group, SIGKILL to all that descends from it. What wakes it (the start, a timer, the slow poll) makes it look at the same
 * files and clocks, so that one look more than needed changes nothing, nor does a restart of the agent.
 */
export class ProcessStop implements ExecutionStop {
  readonly #delivered: DeliveredSignal[];
  #timer: NodeJS.Timeout | undefined;
  #groupWaitMs = GROUP_SOON_MS;
  #isOver = false;

  /** @param delivered by this agent or a former one, on this boot */
  constructor(private readonly directory: ExecutionDirectory, private request: StopRequest, delivered: readonly DeliveredSignal[], private readonly parts: StopParts) {
    this.#delivered = [...delivered];
  }

  get delivered(): readonly DeliveredSignal[] {
    return this.#delivered;
  }

  /** The execution has ended; at most a sweep is to come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A newer wish counts: a shorter grace, for who cannot wait. */
  ask(request: StopRequest): void {
    this.request = request;
    this.look();
  }

  look(): void {
    if (this.#isOver) return;
    this.close();
    try {
      const started = this.directory.started();
      if (started !== undefined && this.directory.result() === undefined) this.#act(started);
    } catch (error) {
      // No descriptor for a look now: the next poll looks again.
      this.parts.onTrouble('a stop could not look at its execution', error);
    }
  }

  /** What the job left running may finish within the grace; afterwards nothing of it is left. False when nothing is to come. */
  ended(onOver: () => void): boolean {
    this.close();
    this.#isOver = true;
    if (this.#delivered.length === 0) return false;
    this.#timer = setTimeout(() => {
      this.#sweep();
      onOver();
    }, this.#graceLeftNow() * 1000).unref();
    return true;
  }

  /** Wakes up by itself no more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #act(started: StartedFile): void {
    const uptime = uptimeSeconds();
    const left = this.#graceLeft(uptime);
    if (left > 0 && this.#delivered.length > 0) return this.#lookIn(left * 1000);
    const signal = this.#delivered.length === 0 && this.request.graceSeconds > 0 ? 'SIGTERM' : 'SIGKILL';
    if (isAlive(started.job)) return this.#signalGroup(started, { signal, uptime });
    // Its end is on its way: a signal now would claim what it did not do.
    if (isWorking(this.directory.claim())) return;
    this.parts.hunt.signal(this.directory, started.job, signal, () => this.#keep({ signal, uptime }));
  }

  #signalGroup({ job }: StartedFile, sent: DeliveredSignal): void {
    try {
      process.kill(-job.pid, sent.signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return this.#lookIn(this.#groupWait());
      return this.parts.onTrouble(`${sent.signal} was refused`, error);
    }
    this.#keep(sent);
    if (sent.signal === 'SIGKILL') this.parts.hunt.signal(this.directory, job, 'SIGKILL');
  }

  #groupWait(): number {
    const wait = this.#groupWaitMs;
    this.#groupWaitMs = Math.min(2 * wait, GROUP_LATE_MS);
    return wait;
  }

  #sweep(): void {
    try {
      const started = this.directory.started();
      if (started !== undefined) this.parts.hunt.signal(this.directory, started.job, 'SIGKILL');
    } catch (error) {
      this.parts.onTrouble('what a stopped job left running could not be looked for', error);
    }
  }

  #keep(sent: DeliveredSignal): void {
    if (this.#delivered.some(({ signal }) => signal === sent.signal)) return;
    try {
      this.directory.markSignalled(sent);
    } catch (error) {
      this.parts.onTrouble('a signal could not be marked in the directory of its execution', error);
    }
    this.#delivered.push(sent);
    this.parts.onDelivered(sent);
    if (sent.signal === 'SIGTERM') this.#lookIn(this.#graceLeft(sent.uptime) * 1000);
  }

  /** Seconds, from when SIGTERM was sent. */
  #graceLeft(uptime: number): number {
    const term = this.#delivered.find(({ signal }) => signal === 'SIGTERM');
    if (term === undefined || this.#delivered.length > 1) return 0;
    return Math.max(0, term.uptime + this.request.graceSeconds - uptime);
  }

  /** The whole grace where the clock cannot be read. */
  #graceLeftNow(): number {
    try {
      return this.#graceLeft(uptimeSeconds());
    } catch {
      return this.request.graceSeconds;
    }
  }

  #lookIn(ms: number): void {
    this.close();
    this.#timer = setTimeout(() => this.look(), Math.ceil(ms)).unref();
  }
}
