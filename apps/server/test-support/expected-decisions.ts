import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { RecordedEvent } from '#event-store/event-store.port';

/** One that is due. */
interface Start {
  readonly key: string;
  readonly at: string;
}

/** In time up to this late, in seconds (docs/scheduling.md). */
const IN_TIME = 60;

/** What a schedule has to decide, said by somebody who knows its starts, its policy and when it was looked at, and nothing of the product. */
export class ExpectedDecisions {
  /** `started 2026-03-02T02:30 due`, in order. */
  readonly said: string[] = [];
  private readonly ahead: Start[];
  private isPaused = false;

  constructor(starts: readonly Start[], private readonly policy: Pick<ScheduleDefinition, 'misfire' | 'within'>, definedAt: string) {
    this.ahead = starts.filter(({ at }) => at > definedAt);
  }

  look(now: string): void {
    const due = this.ahead.splice(0, this.countUpTo(now));
    due.forEach(({ key, at }, index) => this.said.push(this.wordsFor(key, Math.floor((Date.parse(now) - Date.parse(at)) / 1000), index === due.length - 1)));
  }

  pause(now: string): void {
    this.look(now);
    this.isPaused = true;
  }

  resume(now: string): void {
    this.look(now);
    this.isPaused = false;
  }

  /** When the next one is due. */
  get next(): string | undefined {
    return this.ahead[0]?.at;
  }

  private countUpTo(now: string): number {
    const index = this.ahead.findIndex(({ at }) => at > now);
    return index < 0 ? this.ahead.length : index;
  }

  private wordsFor(key: string, late: number, isLast: boolean): string {
    const { misfire, within = Infinity } = this.policy;
    if (this.isPaused) return `skipped ${key} paused`;
    if (late > within) return `skipped ${key} too-late`;
    if (late <= IN_TIME) return `started ${key} due`;
    if (misfire === 'ask') return `missed ${key} policy`;
    if (misfire === 'skip') return `skipped ${key} missed`;
    return misfire === 'runAll' || isLast ? `started ${key} misfire` : `skipped ${key} superseded`;
  }
}

interface Decided {
  readonly occurrence: { readonly key: string };
  readonly because: string;
}

/** What one schedule has decided, in the same words. A row that is one event is said in full: `keys` are all that were due, in order. */
export function decisionsIn(events: readonly RecordedEvent[], keys: readonly string[]): string[] {
  const said: string[] = [];
  for (const { type, data } of events) {
    const { occurrence, because } = data as Decided;
    if (type === 'OccurrenceStarted') said.push(`started ${occurrence.key} ${because}`);
    if (type === 'OccurrenceSkipped') said.push(`skipped ${occurrence.key} ${because}`);
    if (type === 'OccurrenceMissed') said.push(`missed ${occurrence.key} ${because}`);
    if (type === 'OccurrencesSkipped') {
      const { first, last, count } = data as Record<'first' | 'last', { readonly key: string }> & { readonly count: number };
      const row = keys.slice(keys.indexOf(first.key), keys.indexOf(last.key) + 1);
      said.push(...(row.length === count ? row.map((key) => `skipped ${key} ${because}`) : [`a row of ${count} from ${first.key} to ${last.key}, which are ${row.length}`]));
    }
  }
  return said;
}

/** As a person writes it. */
export function textOfSchedule({ jobnets, rule, within, calendar, closed, shift, ...definition }: ScheduleDefinition): string {
  const { kind, ...times } = rule;
  const written = kind === 'every' ? { every: rule.seconds, from: rule.from, until: rule.until } : times;
  return JSON.stringify({ ...definition, ...written, jobnet: jobnets, ...(within === undefined ? {} : { within }), ...(calendar === undefined ? {} : { calendar, closed, shift }) });
}
