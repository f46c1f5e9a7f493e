import type { EventView, List } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import type { Api } from './api.js';

/** What the log says of an occurrence: `started 2026-03-02T02:30 due`. */
export interface Decided {
  readonly key: string;
  readonly what: string;
  readonly runs: readonly string[];
}

/** What the stream of a schedule and those of its runs say, beside what it said it would do. */
export class ScheduleRecord {
  constructor(private readonly api: Api, private readonly schedule: string) {}

  /** Every decision about an occurrence, in order. */
  async decided(): Promise<Decided[]> {
    const events = await this.stream();
    return events.filter(({ type }) => /^Occurrence(Started|Skipped|Missed)$/.test(type)).map(({ type, data }) => {
      const { occurrence: { key }, because, runs = [] } = data as { occurrence: { key: string }; because: string; runs?: { runId: string }[] };
      return { key, what: `${type.slice('Occurrence'.length).toLowerCase()} ${because}`, runs: runs.map(({ runId }) => runId) };
    });
  }

  async words(): Promise<string[]> {
    return (await this.decided()).map(({ key, what }) => `${key} ${what}`);
  }

  /** How many it has decided to start. */
  async started(): Promise<number> {
    return (await this.decided()).filter(({ what }) => what.startsWith('started')).length;
  }

  /** The keys of what it says is due after its definition, or a later instant, up to and with this one. */
  async dueUntil(last: string | undefined, after?: string): Promise<string[]> {
    const [defined] = await this.stream();
    const from = new Date(Date.parse(after ?? defined?.at ?? '') + 1).toISOString();
    const { items } = await this.api.get<List<DueView>>(`/api/v1/schedules/${this.schedule}/next?from=${from}&count=1000`);
    const keys = items.map(({ key }) => key);
    return keys.slice(0, keys.indexOf(last ?? '') + 1);
  }

  /** The keys of the runs that it has, in the order in which they began. */
  async runs(): Promise<string[]> {
    const events = await this.api.events('?type=RunStarted');
    return events.flatMap(({ data }) => {
      const { occurrence } = data as { occurrence?: { schedule: string; key: string } };
      return occurrence?.schedule === this.schedule ? [occurrence.key] : [];
    });
  }

  private stream(): Promise<EventView[]> {
    return this.api.events(`?stream=schedule-${this.schedule}`);
  }
}
