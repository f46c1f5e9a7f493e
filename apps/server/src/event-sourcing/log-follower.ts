import { Inject, Injectable, Logger } from '@nestjs/common';
import { upcast } from '#events/upcast';
import type { EventStore, Position, RecordedEvent } from '#event-store/event-store.port';
import { EVENT_STORE } from './event-store.token.js';
import { LogClock } from './log-clock.js';
import { type FoldedEvent, type Projection, PROJECTIONS } from './projection.js';

/** How long a question, a command or a hello waits for what is in the log to be folded, in milliseconds. A second server folds within a few of them. */
const PATIENCE_MS = 5_000;

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
}

/**
 * Pulls the log from its beginning, batch by batch, and lets every projection fold it. All that is answered to anybody comes
 * from here, so that every state shown is a fold of recorded events (law 1).
 */
@Injectable()
export class LogFollower {
  private foldedTo: Position = 0n;
  private waiters: Waiter[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly abort = new AbortController();
  /** Streams whose history cannot be: what comes on them is not folded any more. */
  private readonly closed = new Set<string>();
  private readonly logger = new Logger(LogFollower.name);
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(PROJECTIONS) private readonly projections: readonly Projection[],
    private readonly clock: LogClock,
  ) {}

  /**
   * Folds what is there, then goes on in the background.
   *
   * @param onFailure the log cannot be read or understood any more: the server has to stop
   */
  async start(onFailure: (error: unknown) => void): Promise<void> {
    for await (const batch of this.store.readAll()) this.fold(batch);
    this.running = this.follow().catch(onFailure);
  }

  /** The position of the last event that every projection has folded. */
  get position(): Position {
    return this.foldedTo;
  }

  /** Resolves when the event at `position` is folded; at once when it is. */
  whenFolded(position: Position): Promise<void> {
    if (position <= this.foldedTo) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ position, resolve }));
  }

  /** As `whenFolded`, for as long as somebody who asks waits; false when that was not enough. */
  async foldedWithin(position: Position, patienceMs = PATIENCE_MS): Promise<boolean> {
    if (position <= this.foldedTo) return true;
    return new Promise((resolve) => {
      const waiter: Waiter = { position, resolve: () => done(true) };
      const timer = setTimeout(() => done(false), patienceMs);
      const done = (folded: boolean) => {
        clearTimeout(timer);
        this.waiters = this.waiters.filter((each) => each !== waiter);
        resolve(folded);
      };
      this.waiters.push(waiter);
    });
  }

  /** Calls back after each batch that was folded. Returns how to stop that. */
  onFolded(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async follow(): Promise<void> {
    for await (const batch of this.store.subscribe(this.foldedTo, { signal: this.abort.signal })) {
      this.fold(batch);
      for (const listener of this.listeners) listener();
      this.wake();
    }
  }

  private fold(batch: readonly RecordedEvent[]): void {
    for (const recorded of batch) {
      this.apply({ event: upcast(recorded), recorded });
      this.clock.advance(recorded.metadata.at);
      this.foldedTo = recorded.position;
    }
  }

  /** A history that cannot be closes its own stream; the rest goes on. */
  private apply(folded: FoldedEvent): void {
    const { stream, revision } = folded.recorded;
    if (this.closed.has(stream)) return;
    try {
      for (const projection of this.projections) projection.apply(folded);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'CorruptHistoryError') throw error;
      this.closed.add(stream);
      this.logger.error({ msg: 'a history cannot be; its stream is closed', stream, revision, error: error.message });
    }
  }

  private wake(): void {
    const due = this.waiters.filter(({ position }) => position <= this.foldedTo);
    if (due.length === 0) return;
    this.waiters = this.waiters.filter(({ position }) => position > this.foldedTo);
    for (const { resolve } of due) resolve();
  }
}
