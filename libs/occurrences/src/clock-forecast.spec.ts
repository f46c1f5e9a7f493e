import type { ClockForecast } from '#events/planning/schedule.events';
import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import { firstMoved, foretell } from './clock-forecast.js';

const FROM = '2026-02-01T00:00:00.000Z' as Instant;
const UNTIL = '2027-03-08T00:00:00.000Z' as Instant;

function scheduled(rule: ScheduleRule, timeZone = 'Europe/Berlin', rest: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return { schedule: 's', jobnets: ['A'], rule, timeZone, closed: 'skip', shift: 0, gap: 'run', fold: 'first', misfire: 'runLatest', overlap: 'allow', parameters: {}, ...rest };
}

const daily = scheduled({ kind: 'at', at: ['02:30'] });
const summer = (...offsets: [from: string, hours: number][]): ClockForecast => ({ until: UNTIL, offsets: offsets.map(([from, hours]) => ({ from: from as Instant, seconds: hours * 3600 })) });
const moved = (definition: ScheduleDefinition, forecast: ClockForecast, after: string = FROM) => {
  const { key, from, to } = firstMoved(definition, undefined, forecast, after as Instant) ?? {};
  return key === undefined ? 'nothing' : `${key} from ${from} to ${to}`.replaceAll(':00.000Z', 'Z');
};

/** As another zone database may have had it: without a change of the clocks. */
const NEVER = summer([FROM, 1]);
/** Summer time begins with the first of April. */
const LATER = summer([FROM, 1], ['2026-04-01T01:00:00.000Z', 2], ['2026-10-25T01:00:00.000Z', 1]);

describe('what is foretold of the clocks', () => {
  it('is how far they are ahead, from each change on', () => {
    expect(foretell('Europe/Berlin', FROM, UNTIL)).toEqual(summer([FROM, 1], ['2026-03-29T01:00:00.000Z', 2], ['2026-10-25T01:00:00.000Z', 1]));
    expect(foretell('UTC', FROM, UNTIL)).toEqual(summer([FROM, 0]));
  });

  const rules: ScheduleRule[] = [{ kind: 'at', at: ['02:30', '26:30'] }, { kind: 'cron', cron: '*/20 * * * *' }, { kind: 'every', seconds: 420, from: '01:00', until: '04:00' }, { kind: 'once', once: ['2026-03-29T02:30', '2026-10-25T02:30'] }];
  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Tokyo', 'UTC'])('moves nothing by the same zone database (%s)', (timeZone) => {
    for (const rule of rules) for (const fold of ['first', 'last', 'both'] as const) expect(moved(scheduled(rule, timeZone, { fold }), foretell(timeZone, FROM, UNTIL))).toBe('nothing');
  });
});

describe('the first start that is moved', () => {
  it.each([
    { what: 'by a change of the clocks that was not foretold', forecast: NEVER, is: '2026-03-29T02:30 from 2026-03-29T01:30Z to 2026-03-29T01:00Z' },
    { what: 'by one that was foretold for another day', forecast: LATER, is: '2026-03-29T02:30 from 2026-03-29T01:30Z to 2026-03-29T01:00Z' },
    { what: 'by one that was foretold and does not come', forecast: summer([FROM, 1], ['2026-03-15T01:00:00.000Z', 2], ['2026-10-25T01:00:00.000Z', 1]), is: '2026-03-15T02:30 from 2026-03-15T01:00Z to 2026-03-15T01:30Z' },
    { what: 'by the end of summer time', forecast: summer([FROM, 1], ['2026-03-29T01:00:00.000Z', 2]), is: '2026-10-26T02:30 from 2026-10-26T00:30Z to 2026-10-26T01:30Z' },
  ])('is found $what', ({ forecast, is }) => {
    expect(moved(daily, forecast)).toBe(is);
  });

  it('is none while the differing stretch holds no start', () => {
    expect(moved(scheduled({ kind: 'cron', cron: '30 12 1 4 *' }), LATER)).toBe('nothing');
    expect(moved(scheduled({ kind: 'cron', cron: '30 12 31 3 *' }), LATER)).toBe('2026-03-31T12:30 from 2026-03-31T11:30Z to 2026-03-31T10:30Z');
  });

  it('is found for a rhythm too, whose instants are the same and whose local times are not', () => {
    expect(moved(scheduled({ kind: 'cron', cron: '* * * * *' }), NEVER)).toBe('2026-03-29T03:00 from 2026-03-29T02:00Z to 2026-03-29T01:00Z');
  });

  it('comes after what is decided, also where it was moved to before that', () => {
    expect(moved(daily, NEVER, '2026-05-01T12:00:00.000Z')).toBe('2026-05-02T02:30 from 2026-05-02T01:30Z to 2026-05-02T00:30Z');
    expect(moved(scheduled({ kind: 'cron', cron: '*/10 * * * *' }), NEVER, '2026-05-01T12:00:00.000Z')).toBe('2026-05-01T13:10 from 2026-05-01T12:10Z to 2026-05-01T11:10Z');
  });

  it('is not looked for beyond the forecast', () => {
    expect(moved(daily, { ...NEVER, until: '2026-03-29T00:00:00.000Z' as Instant })).toBe('nothing');
  });
});
