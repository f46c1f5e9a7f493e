import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { cronFields } from './times/cron.js';

/**
 * What a schedule does with a local time that comes twice unless its author says otherwise: one start, but both where the rule
 * means a rhythm and not a time of day. `every` counts elapsed time, and `*` or a step of it as the hour says every hour.
 */
export function defaultFold(rule: ScheduleRule): ScheduleDefinition['fold'] {
  if (rule.kind === 'every') return 'both';
  return rule.kind === 'cron' && cronFields(rule.cron)[1]?.startsWith('*') === true ? 'both' : 'first';
}
