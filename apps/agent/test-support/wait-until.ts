import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until something is so. The only place where the specs of the link let time pass. */
export async function waitUntil<Fact>(what: string, ask: () => Fact | undefined | false, patienceMs = 20_000): Promise<Fact> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const fact = ask();
    if (fact !== undefined && fact !== false) return fact;
    await pause(2);
  }
  throw new Error(`waited ${patienceMs} ms in vain: ${what}`);
}
