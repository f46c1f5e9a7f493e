import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Occurrence } from './occurrence.js';
import type { ScheduleFault } from './schedule-fault.js';

type Parameters = ScheduleDefinition['parameters'];
type NamedOccurrence = Omit<Occurrence, 'clocks'> & Pick<ScheduleDefinition, 'schedule' | 'timeZone'>;

/** What a parameter may say of the occurrence it is for. */
const VALUES: Readonly<Record<string, (occurrence: NamedOccurrence) => string>> = {
  /** The business day. */
  'occurrence.date': ({ businessDay }) => businessDay,
  'occurrence.local': ({ local }) => local,
  'occurrence.at': ({ at }) => at,
  'occurrence.schedule': ({ schedule }) => schedule,
  'occurrence.timeZone': ({ timeZone }) => timeZone,
};

/** A name in double braces. What else stands in some, as `{{ .Names }}` for another program, is left as it is. */
const PLACE = /\{\{\s*([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\s*\}\}/g;

/** The parameters of the run that this occurrence starts. Each value is put in once: what it brings is not read again. */
export function renderParameters(parameters: Parameters, occurrence: NamedOccurrence): Parameters {
  const render = (text: string) => text.replace(PLACE, (whole, name: string) => valueOf(name)?.(occurrence) ?? whole);
  return Object.fromEntries(Object.entries(parameters).map(([key, text]) => [key, render(text)]));
}

export function whyParametersInvalid(parameters: Parameters): ScheduleFault[] {
  return Object.entries(parameters).flatMap(([key, text]) => [...text.matchAll(PLACE)]
    .filter(([, name = '']) => valueOf(name) === undefined)
    .map(([whole]) => ({ path: ['parameters', key], message: `Parameter ${JSON.stringify(key)}: ${whole} is not known; ${Object.keys(VALUES).join(', ')} are.` })));
}

function valueOf(name: string): (typeof VALUES)[string] | undefined {
  return Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
}
