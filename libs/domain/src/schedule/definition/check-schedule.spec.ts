import { checkSchedule, type TimeKnowledge } from './check-schedule.js';

const time: TimeKnowledge = {
  whyInvalid: (rule, timeZone) => [
    ...(rule.kind === 'cron' && rule.cron === 'bad' ? [{ path: ['cron'], message: 'no cron' }] : []), ...(timeZone === 'Nowhere' ? [{ path: ['timeZone'], message: 'no zone' }] : []),
  ],
  whyParametersInvalid: (parameters) => (parameters['BAD'] === undefined ? [] : [{ path: ['parameters', 'BAD'], message: 'not known' }]),
  defaultFold: (rule) => (rule.kind === 'every' ? 'both' : 'first'),
};

const least = { schedule: 'nightly', jobnet: 'A', cron: '30 2 * * *' };

function read(document: unknown) {
  const reading = checkSchedule(document, time);
  return 'definition' in reading ? reading.definition : reading.faults.map(({ code, path }) => `${path.join('.')}: ${code}`);
}

describe('a schedule as it is written', () => {
  it('is stored with every default filled in', () => {
    expect(read(least)).toEqual({
      schedule: 'nightly', jobnets: ['A'], rule: { kind: 'cron', cron: '30 2 * * *' }, timeZone: 'UTC', closed: 'skip', shift: 0, gap: 'run', fold: 'first',
      misfire: 'runLatest', overlap: 'allow', parameters: {},
    });
  });

  it('says all that it can say', () => {
    const whole = {
      schedule: 'nightly', jobnet: ['A', 'B'], at: ['26:30'], timeZone: 'Europe/Berlin', calendar: 'business-days', closed: 'next', shift: -1, gap: 'skip', fold: 'both',
      misfire: 'ask', within: '6h', overlap: 'queue', parameters: { DAY: '{{ occurrence.date }}' },
    };
    expect(read(whole)).toEqual({
      schedule: 'nightly', jobnets: ['A', 'B'], rule: { kind: 'at', at: ['26:30'] }, timeZone: 'Europe/Berlin', calendar: 'business-days', closed: 'next', shift: -1, gap: 'skip',
      fold: 'both', misfire: 'ask', within: 21_600, overlap: 'queue', parameters: { DAY: '{{ occurrence.date }}' },
    });
  });

  it.each([
    { text: { every: '15m' }, rule: { kind: 'every', seconds: 900, from: '00:00', until: '24:00' } },
    { text: { every: '1h30m', from: '08:00', until: '26:00' }, rule: { kind: 'every', seconds: 5400, from: '08:00', until: '26:00' } },
    { text: { every: 90 }, rule: { kind: 'every', seconds: 90, from: '00:00', until: '24:00' } },
    { text: { once: '2026-12-01T09:00' }, rule: { kind: 'once', once: ['2026-12-01T09:00'] } },
    { text: { at: '09:00' }, rule: { kind: 'at', at: ['09:00'] } },
  ])('is due as $rule', ({ text, rule }) => {
    expect(read({ schedule: 'nightly', jobnet: 'A', ...text })).toMatchObject({ rule });
  });

  it('takes what comes twice as its rule wants it, unless it says so', () => {
    expect(read({ schedule: 'nightly', jobnet: 'A', every: '1h' })).toMatchObject({ fold: 'both' });
    expect(read({ schedule: 'nightly', jobnet: 'A', every: '1h', fold: 'first' })).toMatchObject({ fold: 'first' });
  });
});

describe('a fault', () => {
  it.each([
    { what: 'no name', text: { ...least, schedule: undefined }, faults: ['schedule: wrong-type'] },
    { what: 'nothing to start', text: { schedule: 'n', cron: '* * * * *' }, faults: [': missing-key'] },
    { what: 'no jobnet in the list', text: { ...least, jobnet: [] }, faults: ['jobnet: bad-value'] },
    { what: 'a jobnet twice', text: { ...least, jobnet: ['A', 'A'] }, faults: ['jobnet.1: bad-value'] },
    { what: 'no rule', text: { schedule: 'n', jobnet: 'A' }, faults: [': missing-key'] },
    { what: 'two rules', text: { ...least, at: ['09:00'] }, faults: ['at: too-many-rules'] },
    { what: 'a window of a cron', text: { ...least, from: '08:00' }, faults: ['from: unknown-key'] },
    { what: 'a duration of nothing', text: { schedule: 'n', jobnet: 'A', every: '0m' }, faults: ['every: bad-value'] },
    { what: 'a duration in words', text: { schedule: 'n', jobnet: 'A', every: 'hourly' }, faults: ['every: bad-value'] },
    { what: 'an unknown word', text: { ...least, misfire: 'runLast' }, faults: ['misfire: bad-value'] },
    { what: 'an unknown key', text: { ...least, timezone: 'UTC' }, faults: ['timezone: unknown-key'] },
    { what: 'a shift of nothing', text: { ...least, calendar: 'c', shift: 'two' }, faults: ['shift: bad-value'] },
    { what: 'a shift without a calendar', text: { ...least, shift: 1 }, faults: ['shift: missing-key'] },
    { what: 'what only the zone database knows', text: { ...least, cron: 'bad', timeZone: 'Nowhere' }, faults: ['cron: bad-value', 'timeZone: bad-value'] },
    { what: 'an unknown place in a parameter', text: { ...least, parameters: { BAD: '{{ x }}' } }, faults: ['parameters.BAD: bad-value'] },
    { what: 'a wrong fold', text: { ...least, fold: 'never' }, faults: ['fold: bad-value'] },
  ])('is found: $what', ({ text, faults }) => {
    expect(read(text)).toEqual(faults);
  });
});
