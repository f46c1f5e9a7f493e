import { instantOf } from './instant-argument.js';

const now = Date.parse('2026-11-22T12:00:00.000Z');

describe('a time on the command line', () => {
  it.each([
    ['2026-11-22T20:00:00Z', '2026-11-22T20:00:00.000Z'],
    ['2026-11-22T20:00:00.5+09:00', '2026-11-22T11:00:00.500Z'],
    ['90min', '2026-11-22T10:30:00.000Z'],
    ['3d', '2026-11-19T12:00:00.000Z'],
  ])('takes %s', (text, instant) => expect(instantOf('--since', text, now)).toBe(instant));

  it('takes local dates and times', () => {
    expect(instantOf('--since', '2026-11-20', now)).toBe(new Date(2026, 10, 20).toISOString());
    expect(instantOf('--since', '2026-11-20 13:30', now)).toBe(new Date(2026, 10, 20, 13, 30).toISOString());
    const today = new Date(now);
    expect(instantOf('--since', '13:30', now)).toBe(new Date(today.getFullYear(), today.getMonth(), today.getDate(), 13, 30).toISOString());
  });

  it.each(['', '3', 'yesterday', '2026-02-30', '25:00', '2h ago', '2026-11-22T', '-3h'])('refuses "%s"', (text) => {
    expect(() => instantOf('--since', text, now)).toThrow('--since takes a time such as');
  });

  it('is nothing when it is not given', () => expect(instantOf('--since', undefined, now)).toBeUndefined());
});
