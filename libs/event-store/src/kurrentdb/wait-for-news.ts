import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { START, streamNameFilter } from '@kurrent/kurrentdb-client';
import type { Start } from './database-reader.js';

/** How many foreign events may pass before the database says how far it has looked: 32 times this many. */
const CHECKPOINT_INTERVAL = 32;

interface News {
  readonly client: KurrentDBClient;
  readonly from: Start;
  readonly prefixes: string[];
  readonly signal: AbortSignal;
  readonly onCheckpoint: (position: bigint) => void;
}

/**
 * Waits for an event behind `from` in a subscription of the database, and drops it: who wakes reads the log. So a subscription that breaks loses nothing.
 *
 * @returns false when the subscription broke
 */
export async function waitForNews({ client, from, prefixes, signal, onCheckpoint }: News): Promise<boolean> {
  if (signal.aborted) return true;
  const filter = streamNameFilter({
    prefixes,
    checkpointInterval: CHECKPOINT_INTERVAL,
    checkpointReached: async (_, { commit }) => onCheckpoint(commit),
  });
  const subscription = client.subscribeToAll({ fromPosition: from === START ? START : { commit: from, prepare: from }, filter }, { highWaterMark: 1 });
  try {
    return await new Promise<boolean>((resolve) => {
      subscription.on('error', () => resolve(false));
      subscription.once('end', () => resolve(false));
      subscription.once('data', () => resolve(true));
      signal.addEventListener('abort', () => resolve(true), { once: true });
    });
  } finally {
    void subscription.unsubscribe().catch(() => undefined);
  }
}
