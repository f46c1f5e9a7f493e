import type { Instant } from '#events/vocabulary';
import type { ExecutionTimeout } from '#protocol/agent-link';
import type { AgentJournal } from '../journal/agent-journal.js';
import type { ExecutionStops } from './execution-stops.js';
import type { KeeperLog } from './keeper-options.js';
import { uptimeSeconds } from './process/proc.js';

export interface TimeoutsParts {
  readonly journal: AgentJournal;
  readonly stops: ExecutionStops;
  readonly log: KeeperLog;
  /** The newest report of an execution is another one now. */
  readonly onChange: (executionId: string) => void;
}

/** When an execution began: by the clock on the wall, and in seconds since the boot, which nobody sets. */
export interface Beginning {
  readonly at: Instant;
  readonly uptime: number;
}

interface Running {
  readonly timeout: ExecutionTimeout;
  readonly began: Beginning;
  timer?: NodeJS.Timeout;
}

/** A timer of Node's holds no more than 24 days; the poll looks far more often. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Keeps the time-outs that came with the dispatches. An execution's time is counted from its recorded start in seconds since the boot: a
 * restart of the agent does not begin it anew, a clock that is set changes nothing, and no server is needed.
 */
export class ExecutionTimeouts {
  /** What has not run out. */
  readonly #running = new Map<string, Running>();
  readonly #overran = new Map<string, Instant>();

  constructor(private readonly parts: TimeoutsParts) {}

  /** Told again after a restart of the agent. Decides nothing in this very turn: that it has ended may be the next thing that is seen. */
  began(executionId: string, began: Beginning): void {
    const held = this.parts.journal.state.held.get(executionId);
    const timeout = held?.spec?.timeout;
    if (held === undefined || timeout === undefined || this.#running.has(executionId)) return;
    if (held.overran !== undefined || held.stopping?.timedOut === true) return;
    const running: Running = { timeout, began };
    this.#running.set(executionId, running);
    this.#wait(executionId, running);
  }

  /** The net below the timers, which do not count the time that the host is asleep. */
  poll(): void {
    for (const executionId of [...this.#running.keys()]) this.#look(executionId);
  }

  /**
   * It has ended, or is lost: nothing runs out any more.
   *
   * @param durationMs where it is known: nobody may have been there when its time ran out
   */
  ended(executionId: string, durationMs?: number): void {
    const running = this.#running.get(executionId);
    if (running === undefined) return;
    clearTimeout(running.timer);
    this.#running.delete(executionId);
    const { timeout: { seconds, then }, began } = running;
    if (then === 'warn' && durationMs !== undefined && durationMs > seconds * 1000) this.#overran.set(executionId, endOfTime(began, seconds));
  }

  /** When its time ran out, where that is only to be told. */
  overranAt(executionId: string): Instant | undefined {
    return this.#overran.get(executionId) ?? this.parts.journal.state.held.get(executionId)?.overran;
  }

  forget(executionId: string): void {
    this.#overran.delete(executionId);
  }

  close(): void {
    for (const { timer } of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }

  #wait(executionId: string, running: Running): void {
    clearTimeout(running.timer);
    const leftMs = this.#secondsLeft(running) * 1000;
    running.timer = setTimeout(() => this.#look(executionId), Math.min(Math.max(0, Math.ceil(leftMs)), LONGEST_WAIT_MS)).unref();
  }

  #look(executionId: string): void {
    const running = this.#running.get(executionId);
    if (running === undefined) return;
    if (this.#secondsLeft(running) > 0) return this.#wait(executionId, running);
    clearTimeout(running.timer);
    this.#running.delete(executionId);
    this.#runOut(executionId, running);
  }

  #runOut(executionId: string, { timeout: { seconds, then, graceSeconds }, began }: Running): void {
    this.parts.log('info', `its time-out of ${seconds} s has run out`, { executionId, then });
    if (then === 'stop') {
      void this.parts.stops.wantByTimeout(executionId, graceSeconds);
      return;
    }
    const at = endOfTime(began, seconds);
    this.#overran.set(executionId, at);
    // After a crash before that is durable the next agent finds the same.
    this.parts.journal.appendUntilDurable({ type: 'overran', executionId, at }).then(() => this.parts.onChange(executionId), () => undefined);
  }

  /** Where the clock cannot be read now, the next poll looks again. */
  #secondsLeft({ timeout: { seconds }, began }: Running): number {
    try {
      return began.uptime + seconds - uptimeSeconds();
    } catch {
      return 1;
    }
  }
}

function endOfTime({ at }: Beginning, seconds: number): Instant {
  return new Date(Date.parse(at) + seconds * 1000).toISOString() as Instant;
}
