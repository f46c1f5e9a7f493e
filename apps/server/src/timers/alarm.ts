import type { Instant } from '#events/vocabulary';
import type { LogClock } from '../event-sourcing/log-clock.js';
import type { WallClock } from '../event-sourcing/wall-clock.js';
import { DueHeap } from './due-heap.js';

/** A wall clock may jump: it is looked at this often, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * Knows what is due when, one instant a key, and has it decided then. What is due goes by log time, as the decision will: no jump back of a wall clock, and no other
 * server's that is ahead, makes the two differ. Looking too often, or on two servers at once, changes nothing.
 */
export class Alarm {
  private readonly due = new DueHeap();
  private wakesFor: Instant | undefined;
  private isRunning = false;
  private callOff: () => void = () => undefined;

  /** @param decide has what is due decided, and tells by `set` what comes next; resolves when all of it was tried once */
  constructor(private readonly clock: WallClock, private readonly logClock: LogClock, private readonly decide: () => Promise<void>) {}

  start(): void {
    this.isRunning = true;
    this.wind();
  }

  stop(): void {
    this.isRunning = false;
    this.callOff();
  }

  /** @param at undefined: nothing is due any more */
  set(key: string, at: Instant | undefined): void {
    this.due.set(key, at);
    const { first } = this.due;
    if (this.isRunning && first !== undefined && (this.wakesFor === undefined || first < this.wakesFor)) this.wind();
  }

  /** What is due now, the earliest first, at most so many. It stays due until `set` says otherwise. */
  dueNow(most = Infinity): string[] {
    return this.due.dueBy(this.logClock.now(), most);
  }

  private wind(): void {
    this.callOff();
    this.wakesFor = this.due.first;
    if (!this.isRunning || this.wakesFor === undefined) return;
    const inMs = Date.parse(this.wakesFor) - Date.parse(this.logClock.now());
    this.callOff = this.clock.wakeAfter(Math.max(0, Math.min(LOOK_MS, inMs)), () => this.look());
  }

  /** What is due and could not be decided waits for the next look: it is not asked for without a pause. */
  private async look(): Promise<void> {
    await this.decide();
    const { first } = this.due;
    if (first === undefined || first > this.logClock.now()) return this.wind();
    this.callOff();
    this.wakesFor = first;
    if (this.isRunning) this.callOff = this.clock.wakeAfter(LOOK_MS, () => this.look());
  }
}
