import type { PlannedOccurrence, ScheduleEvent } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import { keysOf, valueOf } from '../chunked-map.js';
import type { Decider } from '../decider.js';
import { type Decision, type Rejection, rejection } from '../rejection.js';
import { sameDefinition } from '../jobnet/same-definition.js';
import { orderWords } from '../standing-order.js';
import { type DecideOccurrences, decideOccurrences, type DueOccurrence, started } from './decide-occurrences.js';
import { scheduleAnswers } from './schedule-answers.js';
import { evolveSchedule, initialScheduleState, type ScheduleState } from './schedule.state.js';

/** What an operator saw when deciding; refused unless it still is so. */
export interface ScheduleExpectation {
  readonly version?: number | undefined;
  readonly state?: string | undefined;
}

/** Whether it starts what comes due. */
interface ChangeSchedule {
  readonly type: 'PauseSchedule' | 'ResumeSchedule' | 'RetireSchedule';
  readonly schedule: string;
  readonly expect?: ScheduleExpectation | undefined;
  readonly next?: PlannedOccurrence | undefined;
}

interface MoveOccurrence {
  readonly type: 'MoveOccurrence';
  readonly key: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly zoneData: string;
  readonly next: PlannedOccurrence | undefined;
}

export type ScheduleCommand =
  | { readonly type: 'DefineSchedule'; readonly definition: ScheduleDefinition; readonly next?: PlannedOccurrence | undefined }
  | ChangeSchedule
  | DecideOccurrences
  /** An operator was asked about this one. `due`: what a start of it comes to, where it is asked about. */
  | { readonly type: 'StartMissed'; readonly schedule: string; readonly key: string; readonly due: DueOccurrence | undefined }
  | { readonly type: 'SkipMissed'; readonly schedule: string; readonly key: string }
  /** Of the past, and none of them has a run. */
  | { readonly type: 'Backfill'; readonly schedule: string; readonly occurrences: readonly DueOccurrence[] }
  /** Another zone database has it at another instant than was foretold. `next`: what comes next by that. */
  | MoveOccurrence
  | { readonly type: 'RecordNotStarted'; readonly key: string; readonly jobnet: string; readonly runId: string; readonly code: string; readonly message: string };

/** The rules of a schedule. An empty answer means "already so": every command may be delivered twice. */
export const scheduleDecider: Decider<ScheduleState, ScheduleCommand, ScheduleEvent> = {
  initialState: initialScheduleState,
  evolve: evolveSchedule,
  decide(command, state): Decision<ScheduleEvent> {
    switch (command.type) {
      case 'DefineSchedule': return define(command, state);
      case 'PauseSchedule':
      case 'ResumeSchedule':
      case 'RetireSchedule': return change(command, state);
      case 'DecideOccurrences': return decideOccurrences(command, state);
      case 'StartMissed':
      case 'SkipMissed': return answerMissed(command, state);
      case 'Backfill': return backfill(command, state);
      case 'MoveOccurrence': return move(command, state);
      case 'RecordNotStarted': {
        const { type: _type, ...data } = command;
        return [{ type: 'OccurrenceNotStarted', data }];
      }
    }
  },
};

type CommandOf<Type extends ScheduleCommand['type']> = Extract<ScheduleCommand, { type: Type }>;

function define({ definition, next }: CommandOf<'DefineSchedule'>, state: ScheduleState): Decision<ScheduleEvent> {
  const answer = scheduleAnswers[state.mode].DefineSchedule;
  if (answer !== 'ScheduleDefined' && answer !== 'ScheduleRevised') return rejection(answer, `${definition.schedule} takes no definition: ${standing(state)}; resumed, it takes one again`);
  if (state.definition !== undefined && sameDefinition(state.definition, definition)) return [];
  return [{ type: answer, data: { version: state.version + 1, definition, ...planned(next) } }];
}

/** The order of questions is that of every intervention: is it there, is it so already, is it as expected, is it allowed? */
function change({ type, schedule, expect, next }: ChangeSchedule, state: ScheduleState): Decision<ScheduleEvent> {
  const answer = scheduleAnswers[state.mode][type];
  if (state.mode === 'absent' || answer === 'schedule-not-found') return notFound(schedule);
  if (answer === 'already so') return [];
  const unexpected = notAsExpected(schedule, state, expect);
  if (unexpected !== undefined) return unexpected;
  if (answer === 'schedule-retired') return rejection(answer, `${schedule} cannot be paused: ${standing(state)}; it starts nothing as it is`);
  return [answer === 'ScheduleResumed' ? { type: answer, data: planned(next) } : { type: answer, data: {} }];
}

function answerMissed(command: CommandOf<'StartMissed'> | CommandOf<'SkipMissed'>, state: ScheduleState): Decision<ScheduleEvent> {
  const { schedule, key } = command;
  if (scheduleAnswers[state.mode][command.type] === 'schedule-not-found') return notFound(schedule);
  const occurrence = valueOf(state.asked, key);
  if (occurrence === undefined) return rejection('occurrence-not-asked', `nobody is asked about occurrence ${key} of ${schedule}${askedWords(state)}`);
  if (command.type === 'SkipMissed') return [{ type: 'OccurrenceSkipped', data: { occurrence, because: 'operator' } }];
  return command.due === undefined ? [] : [started(command.due, 'asked')];
}

function backfill({ schedule, occurrences }: CommandOf<'Backfill'>, state: ScheduleState): Decision<ScheduleEvent> {
  const answer = scheduleAnswers[state.mode].Backfill;
  if (answer === 'schedule-not-found') return notFound(schedule);
  if (answer === 'schedule-retired') return rejection(answer, `${schedule} is not filled up: ${standing(state)}`);
  return occurrences.map((each) => started(each, 'backfill'));
}

/** Once by each zone database. */
function move({ key, from, to, zoneData, next }: MoveOccurrence, { next: former }: ScheduleState): Decision<ScheduleEvent> {
  if (former === undefined || former.zoneData === zoneData) return [];
  return [{ type: 'OccurrenceMoved', data: { key, from, to, zoneData, formerZoneData: former.zoneData, ...planned(next) } }];
}

function notAsExpected(schedule: string, { mode, version }: ScheduleState, expect: ScheduleExpectation | undefined): Rejection | undefined {
  if (expect?.state !== undefined && expect.state !== mode) return rejection('not-as-expected', `${schedule} is ${mode}, not ${expect.state}`);
  if (expect?.version !== undefined && expect.version !== version) return rejection('not-as-expected', `${schedule} has version ${version}, not ${expect.version}`);
  return undefined;
}

function notFound(schedule: string): Rejection {
  return rejection('schedule-not-found', `there is no schedule ${schedule}`);
}

function standing({ mode, closed }: ScheduleState): string {
  return `it is ${mode}${closed === undefined ? '' : ` ${orderWords(closed)}`}`;
}

function askedWords({ asked }: ScheduleState): string {
  const keys = keysOf(asked);
  return keys.length === 0 ? '; none waits for an answer' : `; these wait for an answer: ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', ...' : ''}`;
}

function planned(next: PlannedOccurrence | undefined): { next?: PlannedOccurrence } {
  return next === undefined ? {} : { next };
}
