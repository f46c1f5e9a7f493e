import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for a machine whose two cores are busy with other suites. */
const PATIENCE_MS = 60_000;

/** What is waited for cannot come any more: thrown by who is asked, it ends the waiting. */
export class InVainError extends Error {
  override readonly name = 'InVainError';
}

/**
 * Waits until something is so: asks again and again, and fails with the last answer when it never was, or at once when it never
 * can be. The only place where tests let time pass.
 */
export async function waitFor<Fact>(what: string, ask: () => Promise<Fact | undefined | false> | Fact | undefined | false, patienceMs = PATIENCE_MS): Promise<Fact> {
  const deadline = performance.now() + patienceMs;
  let trouble: unknown;
  while (performance.now() < deadline) {
    try {
      const fact = await ask();
      if (fact !== undefined && fact !== false) return fact;
    } catch (error) {
      if (error instanceof InVainError) throw error;
      trouble = error;
    }
    await pause(20);
  }
  throw new Error(`waited ${patienceMs} ms in vain: ${what}`, { cause: trouble });
}

/** A moment that a campaign draws from its seed. */
export async function moment(milliseconds: number): Promise<void> {
  await pause(milliseconds);
}

/**
 * Strikes so many milliseconds from now. The number is drawn from a seed, and the story has to end well wherever in it the strike falls: nothing
 * waits here for something to be ready, the passing of time itself is what is tried. For everything else there is `waitFor`.
 */
export async function strikeAfter<Result>(milliseconds: number, strike: () => Promise<Result> | Result): Promise<Result> {
  await moment(milliseconds);
  return strike();
}
