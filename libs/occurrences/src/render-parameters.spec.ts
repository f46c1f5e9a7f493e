import { utc } from '../test-support/schedules.js';
import { renderParameters, whyParametersInvalid } from './render-parameters.js';

const occurrence = {
  key: '2026-10-25T02:30+1', at: utc('2026-10-25T01:30'), local: '2026-10-25T02:30', businessDay: '2026-10-24', schedule: 'nightly', timeZone: 'Europe/Berlin',
};

it.each([
  ['{{ occurrence.date }}', '2026-10-24'],
  ['{{occurrence.local}}', '2026-10-25T02:30'],
  ['{{ occurrence.at }}', '2026-10-25T01:30:00.000Z'],
  ['{{ occurrence.schedule }} in {{ occurrence.timeZone }}', 'nightly in Europe/Berlin'],
  ['plain', 'plain'],
  ['{{ .Names }} {{}} { occurrence.date }', '{{ .Names }} {{}} { occurrence.date }'],
])('writes %s as %s', (written, rendered) => {
  expect(renderParameters({ DAY: written }, occurrence)).toEqual({ DAY: rendered });
  expect(whyParametersInvalid({ DAY: written })).toEqual([]);
});

it('does not read again what it has written', () => {
  expect(renderParameters({ DAY: '{{ occurrence.schedule }}' }, { ...occurrence, schedule: '{{ occurrence.at }}' })).toEqual({ DAY: '{{ occurrence.at }}' });
});

it.each(['{{ occurrence.day }}', '{{ occurence.date }}', '{{ date }}', '{{ occurrence.toString }}', '{{ toString }}'])('knows no %s, and says what it knows', (written) => {
  expect(whyParametersInvalid({ GOOD: '{{ occurrence.at }}', DAY: `x${written}` })).toEqual([{
    path: ['parameters', 'DAY'],
    message: `Parameter "DAY": ${written} is not known; occurrence.date, occurrence.local, occurrence.at, occurrence.schedule, occurrence.timeZone are.`,
  }]);
});
