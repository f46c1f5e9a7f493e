import fc from 'fast-check';
import type { ScheduleRule } from '#events/planning/schedule-definition';
import type { List } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import { type Month, monthOf, startsByEveryMinute } from '../../../../libs/occurrences/test-support/every-minute.js';
import { at, cron, every, once, scheduleOf } from '../../../../libs/occurrences/test-support/schedules.js';
import { decisionsIn, ExpectedDecisions, textOfSchedule } from '../../test-support/expected-decisions.js';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';

const RULES: readonly [string, (month: string) => ScheduleRule][] = [
  ...[cron('30 2 * * *'), cron('*/20 1-3 * * 0'), cron('0 * * * *'), at('26:30', '02:00'), every(15, '01:00', '03:30'), every(10, '00:00', '47:59')].map((rule): [string, () => ScheduleRule] => [JSON.stringify(rule), () => rule]),
  ['two days of the month', (month) => once(`${month}-25T02:30`, `${month}-05T00:00`)],
];
/** Months in which clocks go back, or forward, by an hour or by half of one; and one in which they stay. */
const PLACES = [['Europe/Berlin', '2026-10'], ['Europe/Berlin', '2026-03'], ['America/New_York', '2026-11'], ['Australia/Lord_Howe', '2026-04'], ['Asia/Beirut', '2026-03'], ['Asia/Tokyo', '2026-03']] as const;
const policies = fc.record({
  misfire: fc.constantFrom('runAll', 'runLatest', 'skip', 'ask'), within: fc.option(fc.constantFrom(20, 90, 3_600, 100_000), { nil: undefined }), fold: fc.constantFrom('first', 'last', 'both'), gap: fc.constantFrom('run', 'skip'),
});
const calendars = fc.option(fc.record({ closed: fc.constantFrom('skip', 'next', 'previous'), shift: fc.integer({ min: -1, max: 1 }) }), { nil: undefined });
const HOUR = 3_600_000;
const seconds = fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 91, max: 20_000 }), fc.integer({ min: 20_001, max: 400_000 }));
const steps = fc.array(fc.record({ seconds, restart: fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 0), word: fc.option(fc.constantFrom('pause', 'resume'), { freq: 6 }) }), { minLength: 20, maxLength: 40 });

const months = new Map<string, Month>();

function monthAt([zone, month]: (typeof PLACES)[number]): Month {
  const known = months.get(`${zone} ${month}`) ?? monthOf(zone, month);
  months.set(`${zone} ${month}`, known);
  return known;
}

/** Monday to Friday, but for three days in the middle of the month. */
const isOpenIn = (month: string) => (date: string) => new Date(date).getUTCDay() % 6 !== 0 && !['14', '15', '16'].map((day) => `${month}-${day}`).includes(date);
const calendarOf = (month: string) => `calendar: some\ndays: { and: [mon-fri, { not: { dates: [${month}-14..${month}-16] } }] }\n`;

afterEach(closeServers);

it.each(RULES)('a month passes in steps of any length, over restarts: what is foretold and decided is what one finds who asks every minute (%s)', async (_, ruleIn) => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...PLACES), calendars, policies, steps, async (place, days, { within, ...policy }, drawn) => {
    const [timeZone, month] = place;
    const { from, to } = monthAt(place);
    const begin = new Date(from + 12 * HOUR).toISOString();
    const definition = scheduleOf(ruleIn(month), { timeZone, ...policy, overlap: 'skip', ...(within === undefined ? {} : { within }), ...(days === undefined ? {} : { calendar: 'some', ...days }) });
    const starts = startsByEveryMinute(definition, days === undefined ? () => true : isOpenIn(month), monthAt(place));
    const clock = new SimulatedClock(begin);
    const expected = new ExpectedDecisions(starts, definition, begin);
    let server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
    await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
    expect(await server.request('PUT', '/api/v1/calendars/some', { body: calendarOf(month) })).toMatchObject({ status: 201 });
    expect(await server.request('PUT', '/api/v1/schedules/nightly', { body: textOfSchedule(definition) })).toMatchObject({ status: 201 });
    const { items: foretold } = await server.read<List<DueView>>(`/api/v1/schedules/nightly/next?from=${begin}&count=1000`);
    const ahead = starts.filter((each) => each.at >= begin).slice(0, 1_000);
    expect(foretold.filter((each) => each.at < new Date(to).toISOString()).map(({ key, at: instant, businessDay }) => ({ key, at: instant, businessDay }))).toEqual(ahead);
    for (const step of drawn) {
      if (clock.now() + step.seconds * 1000 >= to - 2 * HOUR) break;
      if (step.restart) await server.halt();
      await clock.advance(step.seconds * 1000);
      if (step.restart) server = await server.restart();
      await decided(server);
      const now = new Date(clock.now()).toISOString();
      expected.look(now);
      if (step.word === null) continue;
      await server.request('POST', `/api/v1/schedules/nightly/${step.word}`, { body: { reason: 'a test' } });
      expected[step.word](now);
    }
    expect(decisionsIn(await server.store.events('schedule-nightly'), starts.map(({ key }) => key))).toEqual(expected.said);
    await closeServers();
  }), { numRuns: 5 });
}, 120_000);

/** A long row is decided in parts. */
async function decided(server: ServerUnderTest): Promise<void> {
  for (let length = -1, next = 0; length !== next;) {
    length = next;
    await server.get(ScheduleClock).sweep();
    next = (await server.store.events('schedule-')).length;
  }
}
