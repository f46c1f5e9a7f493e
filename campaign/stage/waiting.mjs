import { setTimeout as pause } from 'node:timers/promises';

export { pause };

/** Asks until something is so; undefined when it never was. */
export async function until(ask, patienceMs, everyMs = 50) {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await Promise.resolve().then(ask).catch(() => undefined);
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) return undefined;
    await pause(everyMs);
  }
}
