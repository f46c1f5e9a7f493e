import { ageWords, between, durationWords, localTime } from './time-words.js';

const now = new Date(2026, 10, 22, 15, 0, 0).getTime();
const local = (...parts: [number, number, number, number, number, number]) => new Date(...parts).toISOString();

describe('local time', () => {
  it('leaves the date out today', () => expect(localTime(local(2026, 10, 22, 12, 3, 10), now)).toBe('12:03:10'));
  it('has the date on any other day', () => expect(localTime(local(2026, 10, 21, 12, 3, 10), now)).toBe('2026-11-21 12:03:10'));
  it('is nothing without an instant', () => expect(localTime(undefined, now)).toBe(''));
  it('keeps what is no instant', () => expect(localTime('soon', now)).toBe('soon'));
});

describe('durations', () => {
  it.each([
    [-5, '0 s'], [0, '0 s'], [Number.NaN, '0 s'], [400, '0.4 s'], [42_900, '42 s'], [60_000, '1 min'], [185_000, '3 min 5 s'],
    [18_180_000, '5 h 3 min'], [273_600_000, '3 d 4 h'],
  ])('calls %d ms "%s"', (ms, words) => expect(durationWords(ms)).toBe(words));

  it('are coarser when they tell an age', () => {
    expect([ageWords(-1), ageWords(1900), ageWords(185_000), ageWords(18_180_000)]).toEqual(['0 s', '1 s', '3 min', '5 h 3 min']);
  });

  it('run until now when nothing has ended', () => {
    expect(between(local(2026, 10, 22, 14, 59, 0), undefined, now)).toBe('1 min');
    expect(between(undefined, undefined, now)).toBe('');
    expect(between('soon', undefined, now)).toBe('');
  });
});
