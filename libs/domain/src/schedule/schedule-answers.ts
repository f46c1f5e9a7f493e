import type { ScheduleEvent } from '#events/planning/schedule.events';

/** `paused`: what comes due is skipped, on record. `retired`: nothing comes due. `absent`: nobody has defined it. */
export type ScheduleMode = 'absent' | 'active' | 'paused' | 'retired';

/** The codes of refusals; they are stable. */
type No = 'schedule-not-found' | 'schedule-retired';

interface Answers {
  /** With a definition that differs; the same one is already so, unless it is refused. */
  readonly DefineSchedule: 'ScheduleDefined' | 'ScheduleRevised' | No;
  readonly PauseSchedule: 'SchedulePaused' | 'already so' | No;
  readonly ResumeSchedule: 'ScheduleResumed' | 'already so' | No;
  readonly RetireSchedule: 'ScheduleRetired' | 'already so' | No;
  /** By the clock: what the policies say, or that it is skipped. */
  readonly DecideOccurrences: 'by policy' | 'skipped' | 'nothing';
  /** What an operator was asked about. */
  readonly StartMissed: 'OccurrenceStarted' | No;
  readonly SkipMissed: 'OccurrenceSkipped' | No;
  readonly Backfill: 'OccurrenceStarted' | No;
}

/** Every command in every state; neither a new one nor a new state compiles without its place here. */
export const scheduleAnswers: { readonly [Mode in ScheduleMode]: Answers } = {
  absent: {
    DefineSchedule: 'ScheduleDefined', PauseSchedule: 'schedule-not-found', ResumeSchedule: 'schedule-not-found', RetireSchedule: 'schedule-not-found',
    DecideOccurrences: 'nothing', StartMissed: 'schedule-not-found', SkipMissed: 'schedule-not-found', Backfill: 'schedule-not-found',
  },
  active: {
    DefineSchedule: 'ScheduleRevised', PauseSchedule: 'SchedulePaused', ResumeSchedule: 'already so', RetireSchedule: 'ScheduleRetired',
    DecideOccurrences: 'by policy', StartMissed: 'OccurrenceStarted', SkipMissed: 'OccurrenceSkipped', Backfill: 'OccurrenceStarted',
  },
  paused: {
    DefineSchedule: 'ScheduleRevised', PauseSchedule: 'already so', ResumeSchedule: 'ScheduleResumed', RetireSchedule: 'ScheduleRetired',
    DecideOccurrences: 'skipped', StartMissed: 'OccurrenceStarted', SkipMissed: 'OccurrenceSkipped', Backfill: 'OccurrenceStarted',
  },
  retired: {
    DefineSchedule: 'schedule-retired', PauseSchedule: 'schedule-retired', ResumeSchedule: 'ScheduleResumed', RetireSchedule: 'already so',
    DecideOccurrences: 'nothing', StartMissed: 'OccurrenceStarted', SkipMissed: 'OccurrenceSkipped', Backfill: 'schedule-retired',
  },
};

type Life = Extract<ScheduleEvent['type'], `Schedule${string}`>;
type Moves = { readonly [Type in Life]: Exclude<ScheduleMode, 'absent'> | 'corrupt' };

/** Where each event of its life leads. What no decision could have recorded is a corrupt history. */
export const nextScheduleMode: { readonly [Mode in ScheduleMode]: Moves } = {
  absent: { ScheduleDefined: 'active', ScheduleRevised: 'corrupt', SchedulePaused: 'corrupt', ScheduleResumed: 'corrupt', ScheduleRetired: 'corrupt' },
  active: { ScheduleDefined: 'corrupt', ScheduleRevised: 'active', SchedulePaused: 'paused', ScheduleResumed: 'corrupt', ScheduleRetired: 'retired' },
  paused: { ScheduleDefined: 'corrupt', ScheduleRevised: 'paused', SchedulePaused: 'corrupt', ScheduleResumed: 'active', ScheduleRetired: 'retired' },
  retired: { ScheduleDefined: 'corrupt', ScheduleRevised: 'corrupt', SchedulePaused: 'corrupt', ScheduleResumed: 'active', ScheduleRetired: 'corrupt' },
};
