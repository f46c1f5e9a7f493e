import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { at, cron, due, every, once, scheduleOf, shown } from '../test-support/schedules.js';

type Policies = Partial<Pick<ScheduleDefinition, 'gap' | 'fold'>>;

interface Case {
  readonly what: string;
  readonly zone: string;
  readonly rule: ScheduleRule;
  readonly policies?: Policies;
  /** The day, in UTC, and the hours after its midnight that are looked at. */
  readonly from: string;
  readonly to: string;
  readonly starts: readonly string[];
}

const berlinSpring = { zone: 'Europe/Berlin', from: '2026-03-28T23:00', to: '2026-03-29T04:00' };
const berlinAutumn = { zone: 'Europe/Berlin', from: '2026-10-24T22:00', to: '2026-10-25T04:00' };
const newYorkSpring = { zone: 'America/New_York', from: '2026-03-08T05:00', to: '2026-03-08T09:00' };
const newYorkAutumn = { zone: 'America/New_York', from: '2026-11-01T04:00', to: '2026-11-01T08:00' };
const lordHoweSpring = { zone: 'Australia/Lord_Howe', from: '2026-10-03T14:00', to: '2026-10-03T17:00' };
const lordHoweAutumn = { zone: 'Australia/Lord_Howe', from: '2026-04-04T13:30', to: '2026-04-04T16:30' };
const beirut = { zone: 'Asia/Beirut', from: '2026-03-28T21:00', to: '2026-03-28T23:30' };
const apia = { zone: 'Pacific/Apia', from: '2011-12-29T10:00', to: '2011-12-31T10:00' };

const gaps: readonly Case[] = [
  { what: 'a time in the gap starts at the jump', ...berlinSpring, rule: cron('30 2 * * *'), starts: ['2026-03-29T02:30 01:00Z gap'] },
  { what: 'a time in the gap is left out', ...berlinSpring, rule: cron('30 2 * * *'), policies: { gap: 'skip' }, starts: [] },
  { what: 'several times in one gap start once', ...berlinSpring, rule: at('02:00', '02:20', '02:59'), starts: ['2026-03-29T02:00 01:00Z gap'] },
  { what: 'a time at the jump takes the place of those in the gap', ...berlinSpring, rule: at('02:30', '03:00'), starts: ['2026-03-29T03:00 01:00Z'] },
  { what: 'a rhythm goes on without an extra start', ...berlinSpring, rule: cron('*/30 * * * *'), starts: ['2026-03-29T00:00 23:00Z', '2026-03-29T00:30 23:30Z', '2026-03-29T01:00 00:00Z', '2026-03-29T01:30 00:30Z', '2026-03-29T03:00 01:00Z', '2026-03-29T03:30 01:30Z', '2026-03-29T04:00 02:00Z', '2026-03-29T04:30 02:30Z', '2026-03-29T05:00 03:00Z', '2026-03-29T05:30 03:30Z'] },
  { what: 'an early morning after 24:00', ...berlinSpring, rule: at('26:30'), starts: ['2026-03-29T02:30 01:00Z gap'] },
  { what: 'a single date', ...berlinSpring, rule: once('2026-03-29T02:30', '2026-03-29T03:30'), starts: ['2026-03-29T02:30 01:00Z gap', '2026-03-29T03:30 01:30Z'] },
  { what: 'elapsed time', ...berlinSpring, rule: every(30, '01:00', '03:30'), starts: ['2026-03-29T01:00 00:00Z', '2026-03-29T01:30 00:30Z', '2026-03-29T03:00 01:00Z', '2026-03-29T03:30 01:30Z'] },
  { what: 'elapsed time from a time in the gap', ...berlinSpring, rule: every(30, '02:30', '03:30'), starts: ['2026-03-29T03:00 01:00Z', '2026-03-29T03:30 01:30Z'] },
  { what: 'elapsed time until a time in the gap', ...berlinSpring, rule: every(30, '01:30', '02:30'), starts: ['2026-03-29T01:30 00:30Z', '2026-03-29T03:00 01:00Z'] },
  { what: 'elapsed time until a time in the gap, which is left out', ...berlinSpring, rule: every(30, '01:30', '02:30'), policies: { gap: 'skip' }, starts: ['2026-03-29T01:30 00:30Z'] },
  { what: 'a window within the gap', ...berlinSpring, rule: every(15, '02:15', '02:45'), starts: ['2026-03-29T03:00 01:00Z'] },
  { what: 'a window within the gap, which is left out', ...berlinSpring, rule: every(15, '02:15', '02:45'), policies: { gap: 'skip' }, starts: [] },
  { what: 'a gap at two in the morning', ...newYorkSpring, rule: cron('30 2 * * *'), starts: ['2026-03-08T02:30 07:00Z gap'] },
  { what: 'a gap of half an hour', ...lordHoweSpring, rule: at('02:00', '02:15', '02:30'), starts: ['2026-10-04T02:30 15:30Z'] },
  { what: 'a time in a gap of half an hour', ...lordHoweSpring, rule: cron('15 2 * * *'), starts: ['2026-10-04T02:15 15:30Z gap'] },
  { what: 'a gap at midnight', ...beirut, rule: at('00:00', '00:30'), starts: ['2026-03-29T00:00 22:00Z gap'] },
  { what: 'a gap at midnight, from the day before', ...beirut, rule: at('24:30'), starts: ['2026-03-29T00:30 22:00Z gap'] },
  { what: 'a day that never was starts at its end', ...apia, rule: at('12:00'), starts: ['2011-12-29T12:00 22:00Z', '2011-12-30T12:00 10:00Z gap', '2011-12-31T12:00 22:00Z'] },
  { what: 'a day that never was is left out', ...apia, rule: at('12:00'), policies: { gap: 'skip' }, starts: ['2011-12-29T12:00 22:00Z', '2011-12-31T12:00 22:00Z'] },
  { what: 'a midnight after a day that never was is that of both', ...apia, rule: at('00:00'), starts: ['2011-12-29T00:00 10:00Z', '2011-12-31T00:00 10:00Z'] },
];

const twice = ['2026-10-25T02:30 00:30Z first', '2026-10-25T02:30+1 01:30Z second'];

const folds: readonly Case[] = [
  { what: 'the first of a time that comes twice', ...berlinAutumn, rule: cron('30 2 * * *'), starts: twice.slice(0, 1) },
  { what: 'the last', ...berlinAutumn, rule: cron('30 2 * * *'), policies: { fold: 'last' }, starts: twice.slice(1) },
  { what: 'both', ...berlinAutumn, rule: cron('30 2 * * *'), policies: { fold: 'both' }, starts: twice },
  { what: 'both of an early morning after 24:00', ...berlinAutumn, rule: at('26:30'), policies: { fold: 'both' }, starts: twice },
  { what: 'both of a single date', ...berlinAutumn, rule: once('2026-10-25T02:30'), policies: { fold: 'both' }, starts: twice },
  { what: 'all in order of time', ...berlinAutumn, rule: at('02:15', '02:45', '03:00'), policies: { fold: 'both' }, starts: ['2026-10-25T02:15 00:15Z first', '2026-10-25T02:45 00:45Z first', '2026-10-25T02:15+1 01:15Z second', '2026-10-25T02:45+1 01:45Z second', '2026-10-25T03:00 02:00Z'] },
  { what: 'elapsed time goes through both', ...berlinAutumn, rule: every(30, '02:00', '02:30'), policies: { fold: 'both' }, starts: ['2026-10-25T02:00 00:00Z first', '2026-10-25T02:30 00:30Z first', '2026-10-25T02:00+1 01:00Z second', '2026-10-25T02:30+1 01:30Z second'] },
  { what: 'elapsed time, but only the first', ...berlinAutumn, rule: every(60, '01:30', '03:30'), policies: { fold: 'first' }, starts: ['2026-10-25T01:30 23:30Z', '2026-10-25T02:30 00:30Z first', '2026-10-25T03:30 02:30Z'] },
  { what: 'a fold at one in the morning', ...newYorkAutumn, rule: cron('30 1 * * *'), policies: { fold: 'both' }, starts: ['2026-11-01T01:30 05:30Z first', '2026-11-01T01:30+1 06:30Z second'] },
  { what: 'a fold of half an hour', ...lordHoweAutumn, rule: at('01:15', '01:45', '02:00'), policies: { fold: 'both' }, starts: ['2026-04-05T01:15 14:15Z', '2026-04-05T01:45 14:45Z first', '2026-04-05T01:45+1 15:15Z second', '2026-04-05T02:00 15:30Z'] },
];

const tokyo: readonly Case[] = [berlinSpring, berlinAutumn].map(({ from, to }) => ({
  what: `nothing changes (${from.slice(0, 10)})`, zone: 'Asia/Tokyo', from, to, rule: at('10:30'), policies: { fold: 'both' }, starts: [`${to.slice(0, 10)}T10:30 01:30Z`],
}));

function startsOf({ rule, zone, policies, from, to }: Case): string[] {
  return due(scheduleOf(rule, { timeZone: zone, ...policies }), from, to).map(shown);
}

describe('where the clocks go forward', () => {
  it.each(gaps)('$what ($zone, $rule)', (each) => { expect(startsOf(each)).toEqual(each.starts); });
});

describe('where the clocks go back', () => {
  it.each(folds)('$what ($zone, $rule)', (each) => { expect(startsOf(each)).toEqual(each.starts); });
});

describe('where the clocks stay', () => {
  it.each(tokyo)('$what', (each) => { expect(startsOf(each)).toEqual(each.starts); });
});

describe('a window that begins or ends at a change', () => {
  it.each([...gaps, ...folds])('cuts nothing off and adds nothing: $what ($zone, $rule)', (each) => {
    const definition = scheduleOf(each.rule, { timeZone: each.zone, ...each.policies });
    const whole = due(definition, each.from, each.to);
    for (let cut = Date.parse(`${each.from}Z`); cut < Date.parse(`${each.to}Z`); cut += 15 * 60_000) {
      const between = new Date(cut).toISOString().slice(0, 16);
      expect([...due(definition, each.from, between), ...due(definition, between, each.to)]).toEqual(whole);
    }
  });
});
