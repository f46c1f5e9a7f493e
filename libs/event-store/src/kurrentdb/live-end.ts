import type { AllStreamResolvedEvent, AllStreamSubscription, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { START, streamNameFilter } from '@kurrent/kurrentdb-client';
import type { Start } from './database-reader.js';

/** How many foreign events may pass before the database says how far it has looked: 32 times this many. */
const CHECKPOINT_INTERVAL = 32;

/** Events that may wait here for their reader, and are taken at once; the database keeps the rest. */
const WAITING_EVENTS = 250;

interface Place {
  readonly client: KurrentDBClient;
  readonly from: Start;
  readonly prefixes: string[];
  readonly onCheckpoint: (position: bigint) => void;
}

/**
 * The end of the log as a subscription of the database tells it, without a question for each event. It is no promise: it may break, or fall silent with its
 * node. Who reads it keeps the place himself, and asks the database where this one fails.
 */
export class LiveEnd {
  private readonly subscription: AllStreamSubscription;
  private wake: (() => void) | undefined;
  private hasEnded = false;

  constructor({ client, from, prefixes, onCheckpoint }: Place) {
    const filter = streamNameFilter({
      prefixes,
      checkpointInterval: CHECKPOINT_INTERVAL,
      // What waits here was not read yet: a checkpoint is behind it.
      checkpointReached: async (_, { commit }) => {
        if (this.subscription.readableLength === 0) onCheckpoint(commit);
      },
    });
    this.subscription = client.subscribeToAll({ fromPosition: from === START ? START : { commit: from, prepare: from }, filter }, { highWaterMark: WAITING_EVENTS });
    const end = (): void => {
      this.hasEnded = true;
      this.wake?.();
    };
    this.subscription.on('error', end).on('end', end).on('close', end).on('readable', () => this.wake?.());
  }

  get isBroken(): boolean {
    return this.hasEnded;
  }

  get hasNews(): boolean {
    return this.hasEnded || this.subscription.readableLength > 0;
  }

  /** What has come, in the order of the log: 250 events at most. */
  take(): AllStreamResolvedEvent[] {
    const taken: AllStreamResolvedEvent[] = [];
    while (taken.length < WAITING_EVENTS) {
      const event = this.subscription.read() as AllStreamResolvedEvent | null;
      if (event === null) break;
      taken.push(event);
    }
    return taken;
  }

  /** Resolves when something has come, when it broke, or when the signal aborts. One at a time. */
  async news(signal: AbortSignal): Promise<void> {
    let woken: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.wake = woken = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted || this.hasNews) resolve();
    });
    if (this.wake === woken) this.wake = undefined;
  }

  close(): void {
    void this.subscription.unsubscribe().catch(() => undefined);
  }
}
