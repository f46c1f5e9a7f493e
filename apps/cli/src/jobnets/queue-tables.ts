import type { QueuedRunView, QueueView } from '#protocol/schedules';
import type { Output } from '../output/output.js';
import { ageWords, localTime } from '../output/time-words.js';

/** `3 runs wait` */
export function waitingWords(count: number): string {
  return count === 1 ? '1 run waits' : `${count} runs wait`;
}

/** `3 runs wait`, and how many of them are shown. */
export function queueHeading({ count, items }: QueueView): string {
  const all = waitingWords(count);
  return items.length < count ? `${all} (the first ${items.length} are shown)` : all;
}

/** The next one first; what each waits behind besides those above it. */
export function queueTable(items: readonly QueuedRunView[], out: Output): void {
  out.table(['PLACE', 'JOBNET', 'SCHEDULE', 'OCCURRENCE', 'WAITS SINCE', 'BEHIND', 'RUN'], items.map(({ place, jobnet, schedule, key, since, behind, runId }) => [
    String(place), jobnet, schedule, key, `${localTime(since, out.nowMs)} (${ageWords(out.nowMs - Date.parse(since))})`, behind.join(', '), runId,
  ]));
}
