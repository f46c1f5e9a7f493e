import { setTimeout as wait } from 'node:timers/promises';

/** Polls for a fact, quickly; says what it waited for when it does not come. */
export async function until<T>(what: string, look: () => T | Promise<T>, deadlineMs = 20_000): Promise<NonNullable<T>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await wait(5);
  }
}
