import fc from 'fast-check';
import type { ScheduleRule } from '#events/planning/schedule-definition';
import { type Month, monthOf, startsByEveryMinute } from '../../../../libs/occurrences/test-support/every-minute.js';
import { at, cron, every, once, scheduleOf } from '../../../../libs/occurrences/test-support/schedules.js';
import { decisionsIn, ExpectedDecisions, textOfSchedule } from '../../test-support/expected-decisions.js';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';

const RULES: readonly ScheduleRule[] = [
  cron('30 2 * * *'), cron('*/20 1-3 * * 0'), cron('0 * * * *'), at('26:30', '02:00'), every(15, '01:00', '03:30'), every(10, '00:00', '47:59'), once('2026-10-25T02:30', '2026-10-05T00:00'),
];
const policies = fc.record({ misfire: fc.constantFrom('runAll', 'runLatest', 'skip', 'ask'), within: fc.option(fc.constantFrom(90, 3_600, 100_000), { nil: undefined }), fold: fc.constantFrom('first', 'last', 'both') });
const seconds = fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 91, max: 20_000 }), fc.integer({ min: 20_001, max: 400_000 }));
const steps = fc.array(fc.record({ seconds, restart: fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 0), word: fc.option(fc.constantFrom('pause', 'resume'), { freq: 6 }) }), { minLength: 20, maxLength: 40 });

let berlin: Month;

beforeAll(() => {
  berlin = monthOf('Europe/Berlin', '2026-10');
});

afterEach(closeServers);

it.each(RULES)('a month passes in steps of any length, over restarts: what is decided is what one finds who asks every minute (%j)', async (rule) => {
  await fc.assert(fc.asyncProperty(policies, steps, async ({ within, ...policy }, drawn) => {
    const definition = scheduleOf(rule, { ...policy, overlap: 'skip', ...(within === undefined ? {} : { within }) });
    const starts = startsByEveryMinute(definition, () => true, berlin);
    const clock = new SimulatedClock('2026-10-01T12:00:00.000Z');
    const expected = new ExpectedDecisions(starts, definition, '2026-10-01T12:00:00.000Z');
    let server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
    await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
    expect(await server.request('PUT', '/api/v1/schedules/nightly', { body: textOfSchedule(definition) })).toMatchObject({ status: 201 });
    for (const step of drawn) {
      if (clock.now() + step.seconds * 1000 >= Date.parse('2026-10-31T22:00Z')) break;
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
  }), { numRuns: 3 });
}, 120_000);

/** A long row is decided in parts. */
async function decided(server: ServerUnderTest): Promise<void> {
  for (let length = -1, next = 0; length !== next;) {
    length = next;
    await server.get(ScheduleClock).sweep();
    next = (await server.store.events('schedule-')).length;
  }
}
