import { StoreUnavailableError } from '#event-store/event-store.errors';

/**
 * Waits for all of them. One that fails by itself keeps no other from being done; it is told of, and tried again with the next look.
 *
 * @throws StoreUnavailableError when one of them met it: the others will too
 */
export async function allTried<Done>(works: readonly Promise<Done>[], onFailure: (error: unknown, index: number) => void): Promise<Done[]> {
  const done: Done[] = [];
  for (const [index, result] of (await Promise.allSettled(works)).entries()) {
    if (result.status === 'fulfilled') done.push(result.value);
    else if (result.reason instanceof StoreUnavailableError) throw result.reason;
    else onFailure(result.reason, index);
  }
  return done;
}
