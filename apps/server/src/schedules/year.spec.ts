import fc from 'fast-check';
import type { RecordedEvent } from '#event-store/event-store.port';
import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { monthOf, type Start, startsByEveryMinute } from '../../../../libs/occurrences/test-support/every-minute.js';
import { decisionsIn, ExpectedDecisions, textOfSchedule } from '../../test-support/expected-decisions.js';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduledStarts } from './scheduled-starts.js';

const SEED = 20_260_101;
const BEGIN = '2026-01-01T12:00:00.000Z';
const END = '2026-12-31T12:00:00.000Z';
const HOUR = 3_600_000;
const MONTHS = Array.from({ length: 12 }, (_, index) => `2026-${String(index + 1).padStart(2, '0')}`);
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo'] as const;

const weekdayOf = (date: string) => new Date(`${date}T00:00Z`).getUTCDay();
const HOLIDAYS = ['2026-01-06', '2026-04-03', '2026-05-01', '2026-12-25'];
/** Each with what it says, as text and as somebody else would. */
const CALENDARS: Record<string, { readonly text: string; readonly isOpen: (date: string) => boolean }> = {
  workdays: { text: `{ and: [mon-fri, { not: [${HOLIDAYS.join(', ')}] }] }`, isOpen: (date) => weekdayOf(date) % 6 !== 0 && !HOLIDAYS.includes(date) },
  mondays: { text: 'mon', isOpen: (date) => weekdayOf(date) === 1 },
};

const pad = (number: number) => String(number).padStart(2, '0');
const time = (hours: number) => fc.tuple(fc.integer({ min: 0, max: hours }), fc.constantFrom(0, 1, 30, 59)).map((parts) => parts.map(pad).join(':'));
/** The clocks change at night, so most of them lie there. */
const dayTime = fc.oneof(time(3), time(40));
const date = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 })).map(([month, day]) => `2026-${pad(month)}-${pad(day)}`);
const rules: fc.Arbitrary<ScheduleRule> = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 4 }), fc.constantFrom('* * *', '1,15 * *', 'L * *', '* * 1-5', '* * 5#2', '* * 0', '* */3 2'))
    .map(([minute, hour, days]): ScheduleRule => ({ kind: 'cron', cron: `${minute} ${hour} ${days}` })),
  fc.uniqueArray(dayTime, { minLength: 1, maxLength: 2 }).map((at): ScheduleRule => ({ kind: 'at', at })),
  fc.tuple(time(3), fc.constantFrom(7, 60, 720)).map(([from, minutes]): ScheduleRule => ({ kind: 'every', seconds: minutes * 60, from, until: pad(Number(from.slice(0, 2)) + 1) + from.slice(2) })),
  fc.uniqueArray(fc.tuple(date, time(3)).map((parts) => parts.join('T')), { minLength: 1, maxLength: 8 }).map((once): ScheduleRule => ({ kind: 'once', once })),
);
const definitions = fc.record({
  rule: rules, timeZone: fc.constantFrom(...ZONES), calendar: fc.constantFrom(undefined, 'workdays', 'mondays'), closed: fc.constantFrom('skip', 'next', 'previous'), shift: fc.integer({ min: -2, max: 2 }),
  gap: fc.constantFrom('run', 'skip'), fold: fc.constantFrom('first', 'last', 'both'), misfire: fc.constantFrom('runAll', 'runLatest', 'skip', 'ask'),
  within: fc.constantFrom(undefined, 20, 3_600, 86_400), overlap: fc.constantFrom('allow', 'skip', 'queue'), jobnets: fc.constantFrom<string[][]>(['A'], ['B'], ['A', 'B']),
});

/** A window of many starts a day on Mondays only, and without what counts operating days where there is no calendar. */
function scheduleFrom({ calendar, closed, shift, within, ...drawn }: typeof definitions extends fc.Arbitrary<infer Drawn> ? Drawn : never, index: number): ScheduleDefinition {
  const days = drawn.rule.kind === 'every' ? 'mondays' : calendar;
  const counting = days === undefined || drawn.rule.kind === 'every' ? { closed: 'skip', shift: 0 } as const : { closed, shift };
  return { schedule: `s${String(index).padStart(3, '0')}`, parameters: {}, ...drawn, ...counting, ...(days === undefined ? {} : { calendar: days }), ...(within === undefined ? {} : { within }) };
}

const schedules = fc.sample(definitions, { seed: SEED, numRuns: 100 }).map(scheduleFrom);
/** Hours to days; or until just after something is due. Sometimes the server is started anew, or a schedule is paused or goes on. */
const steps = fc.sample(fc.record({
  hours: fc.integer({ min: 1, max: 90 }), untilDue: fc.boolean(), seconds: fc.integer({ min: 0, max: 60 }), restart: fc.integer({ min: 0, max: 120 }).map((drawn) => drawn === 0),
  turned: fc.option(fc.integer({ min: 0, max: 99 }), { freq: 3 }),
}), { seed: SEED, numRuns: 1_000 });

/** Zone by zone and month by month: the clocks of a year are half a million minutes. */
function startsOfYear(): Map<string, Start[]> {
  const found = new Map<string, Start[]>(schedules.map(({ schedule }) => [schedule, []]));
  for (const zone of ZONES) {
    for (const month of MONTHS) {
      const minutes = monthOf(zone, month);
      for (const each of schedules.filter(({ timeZone }) => timeZone === zone)) {
        found.get(each.schedule)?.push(...startsByEveryMinute(each, CALENDARS[each.calendar ?? '']?.isOpen ?? (() => true), minutes));
      }
    }
  }
  return found;
}

afterEach(closeServers);

it('a year of a hundred schedules passes: what is due is started, skipped or asked about, once, and it is said why', async () => {
  const starts = startsOfYear();
  const expected = schedules.map((each) => new ExpectedDecisions(starts.get(each.schedule) ?? [], each, BEGIN));
  const store = await passTheYear(expected);
  const events = await store.events('schedule-');
  const said = schedules.map(({ schedule }) => decisionsIn(events.filter(({ stream }) => stream === `schedule-${schedule}`), (starts.get(schedule) ?? []).map(({ key }) => key)));
  expect(said).toEqual(expected.map((each) => each.said));
  // Every word came up, or this says less than it seems to.
  const words = new Set(said.flat().map((each) => each.replace(/ .* /, ' ')));
  expect([...words].sort()).toEqual(['missed policy', 'skipped missed', 'skipped paused', 'skipped superseded', 'skipped too-late', 'started due', 'started misfire']);
  expect(said.flat().length).toBeGreaterThan(5_000);
  expectEachRunOnce(await store.events());
}, 120_000);

async function passTheYear(expected: readonly ExpectedDecisions[]): Promise<MoodyEventStore> {
  const clock = new SimulatedClock(BEGIN);
  let server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  for (const jobnet of ['A', 'B']) await server.define(`jobnet: ${jobnet}\njobs:\n  J1: { command: ./one, agent: away }\n`);
  for (const [calendar, { text }] of Object.entries(CALENDARS)) await put(server, `calendars/${calendar}`, `calendar: ${calendar}\ndays: ${text}\n`);
  for (const each of schedules) await put(server, `schedules/${each.schedule}`, textOfSchedule(each));
  const paused = new Set<number>();
  let restarts = 0;
  for (const { hours, untilDue, seconds, restart, turned } of steps) {
    const dues = untilDue ? expected.flatMap(({ next }) => next ?? []).sort() : [];
    const [nextDue] = dues;
    const now = nextDue === undefined ? clock.now() + hours * HOUR : Date.parse(nextDue) + seconds * 1000;
    if (now >= Date.parse(END)) break;
    if (restart) await server.halt();
    await clock.advance(now - clock.now());
    if (restart) server = await server.restart();
    restarts += restart ? 1 : 0;
    await server.get(ScheduleClock).sweep();
    const at = new Date(now).toISOString();
    for (const each of expected) each.look(at);
    if (turned === null) continue;
    const word = paused.delete(turned) ? 'resume' : paused.add(turned) && 'pause';
    const { status, text } = await server.request('POST', `/api/v1/schedules/${schedules[turned]?.schedule ?? ''}/${word === 'resume' ? 'resume' : 'pause'}`, { body: { reason: 'a test' } });
    if (status !== 200) throw new Error(text);
    expected[turned]?.[word === 'resume' ? 'resume' : 'pause'](at);
  }
  await server.get(ScheduledStarts).sweep();
  expect(restarts).toBeGreaterThan(5);
  return server.store;
}

/** Begun, passed over, or waiting behind another: one thing of these for each that was decided, and nothing that was not. */
function expectEachRunOnce(events: readonly RecordedEvent[]): void {
  const wanted = events.flatMap(({ type, data }) => (type === 'OccurrenceStarted' ? (data as { runs: { runId: string }[] }).runs.map(({ runId }) => runId) : []));
  const fates = events.flatMap(({ type, data }) => (['RunStarted', 'RunPassedOver', 'RunQueued'].includes(type) ? [(data as { runId: string }).runId] : []));
  expect(new Set(wanted).size).toBe(wanted.length);
  expect([...fates].sort()).toEqual([...wanted].sort());
}

async function put(server: ServerUnderTest, path: string, body: string): Promise<void> {
  const { status, text } = await server.request('PUT', `/api/v1/${path}`, { body });
  if (status >= 300) throw new Error(`${path}: ${text}`);
}
