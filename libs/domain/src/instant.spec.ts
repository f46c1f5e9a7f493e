import type { Instant } from '#events/vocabulary';
import fc from 'fast-check';
import { later } from './instant.js';

const anyInstant = fc.date({ min: new Date('1970-01-01T00:00:00.000Z'), max: new Date('2400-12-31T23:59:59.999Z'), noInvalidDate: true });

describe('an instant so many seconds later', () => {
  it('is what a clock would show then', () => {
    fc.assert(fc.property(anyInstant, fc.nat({ max: 31_536_000 }), (date, seconds) => {
      expect(later(date.toISOString() as Instant, seconds)).toBe(new Date(date.getTime() + seconds * 1000).toISOString());
    }));
  });

  it('counts parts of a second to the millisecond', () => {
    expect(later('2027-12-31T23:59:59.999Z' as Instant, 0.0014)).toBe('2028-01-01T00:00:00.000Z');
  });
});
