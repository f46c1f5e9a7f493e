import { civilDateOf, dayOf, dayOfText, daysOfMonth, textOfDay, weekdayNumberOf, weekdayOf } from './civil-day.js';

const DAY_MS = 86_400_000;
const ISO = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

describe('the arithmetic of days', () => {
  it('agrees with Date on every day of 400 years', () => {
    const wrong: string[] = [];
    for (let day = Date.UTC(1800, 0, 1) / DAY_MS; day < Date.UTC(2200, 0, 2) / DAY_MS; day += 1) {
      const date = new Date(day * DAY_MS);
      const parts = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      const own = civilDateOf(day);
      const same = own.year === parts.year && own.month === parts.month && own.day === parts.day && dayOf(parts) === day
        && weekdayNumberOf(day) === (date.getUTCDay() + 6) % 7 && textOfDay(day) === ISO(day) && dayOfText(ISO(day)) === day;
      if (!same) wrong.push(ISO(day));
    }
    expect(wrong).toEqual([]);
  });

  it('knows the length of every month of 400 years as Date does', () => {
    for (let year = 1800; year < 2200; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        if (daysOfMonth(year, month) !== new Date(Date.UTC(year, month, 0)).getUTCDate()) throw new Error(`${year}-${month}`);
      }
    }
  });

  it.each(['0001-01-01', '0999-12-31', '9999-12-31', '2000-02-29'])('reaches from the first year to the last: %s', (text) => {
    expect(textOfDay(dayOfText(text) ?? NaN)).toBe(text);
  });

  it.each(['2026-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '2026-1-1', '26-01-01', '2026-01-01T00:00', ''])('takes no date that does not exist: "%s"', (text) => {
    expect(dayOfText(text)).toBeUndefined();
  });

  it('begins weeks on Monday', () => {
    expect([dayOfText('2026-11-23'), dayOfText('2026-11-29')].map((day) => weekdayOf(day ?? NaN))).toEqual(['mon', 'sun']);
  });
});
