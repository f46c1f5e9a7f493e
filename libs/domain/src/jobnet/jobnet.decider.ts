import type { JobnetDefinition } from '#events/definition';
import type { JobnetEvent } from '#events/jobnet.events';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider, FoldContext } from '../decider.js';
import { type Decision, isRejection, type Rejection, rejection } from '../rejection.js';
import { orderWords, type StandingOrder, standingOrder } from '../standing-order.js';
import { type Admission, admitNext, admitRun, evolveAdmissions, isLifeEvent, NOBODY, type RunAdmissions } from './admission.js';
import { type DropQueued, dropQueued } from './drop-queued.js';
import { jobnetAnswers, type JobnetLifeEvent, type JobnetMode, nextJobnetMode } from './jobnet-answers.js';
import { sameDefinition } from './same-definition.js';

/** One version of a jobnet, as it was defined. */
export interface JobnetVersion {
  readonly version: number;
  readonly definition: JobnetDefinition;
}

/** The version that new runs take (0 and no definition before the first); the earlier ones stand in the log. */
export interface JobnetState {
  readonly mode: JobnetMode;
  readonly version: number;
  readonly definition?: JobnetDefinition;
  /** Why no run may start, unless it is enabled: the order that disabled or retired it. */
  readonly closed?: StandingOrder;
  /** The runs that schedules want, where not all of them may run at once. */
  readonly admissions: RunAdmissions;
}

/** What an operator saw when deciding; refused unless it still is so. */
export interface JobnetExpectation {
  readonly version?: number | undefined;
  readonly state?: string | undefined;
}

/** Defines a jobnet, or revises it when it exists and says something else. */
export interface DefineJobnet {
  readonly type: 'DefineJobnet';
  readonly definition: JobnetDefinition;
}

/** Whether runs of it may be started. */
export interface ChangeJobnet {
  readonly type: 'EnableJobnet' | 'DisableJobnet' | 'RetireJobnet';
  readonly jobnet: string;
  readonly expect?: JobnetExpectation | undefined;
}

export type JobnetCommand = DefineJobnet | ChangeJobnet | Admission | DropQueued;

const DONE: { readonly [Type in ChangeJobnet['type']]: string } = { EnableJobnet: 'enabled', DisableJobnet: 'disabled', RetireJobnet: 'retired' };

export const jobnetDecider: Decider<JobnetState, JobnetCommand, JobnetEvent> = {
  initialState: { mode: 'absent', version: 0, admissions: NOBODY },

  decide(command, state) {
    switch (command.type) {
      case 'DefineJobnet': return define(command, state);
      case 'EnableJobnet':
      case 'DisableJobnet':
      case 'RetireJobnet': return change(command, state);
      case 'AdmitRun': {
        const startable = versionToStart(command.jobnet, state);
        return 'rejected' in startable ? startable : admitRun(command, state.admissions);
      }
      case 'DropQueued': return drop(command, state);
      // What waits for a jobnet that is closed goes on waiting.
      case 'AdmitNext': return state.mode === 'enabled' ? admitNext(command, state.admissions) : [];
    }
  },

  evolve(state, event, context) {
    if (!isLifeEvent(event)) {
      if (state.mode === 'absent') throw corruptHistory(`${event.type} of a jobnet that nobody has defined`);
      return { ...state, admissions: evolveAdmissions(state.admissions, event, context.at) };
    }
    const mode = nextJobnetMode[state.mode][event.type];
    if (mode === 'corrupt') throw corruptHistory(`${event.type} of a jobnet that is ${state.mode} (version ${state.version})`);
    return { ...apply(state, event, context), mode };
  },
};

/** The version that a run takes which is started now, or why none can be started. */
export function versionToStart(jobnet: string, state: JobnetState): JobnetVersion | Rejection {
  const { mode, version, definition } = state;
  const answer = jobnetAnswers[mode].StartRun;
  if (definition === undefined) return notFound(jobnet);
  return answer === 'RunStarted' ? { version, definition } : rejection(answer, `no run of ${jobnet} can be started: ${standing(state)}; enabled, it runs again`);
}

function define({ definition }: DefineJobnet, state: JobnetState): Decision<JobnetEvent> {
  const { version, definition: current } = state;
  const answer = jobnetAnswers[state.mode].DefineJobnet;
  if (current !== undefined && current.jobnet !== definition.jobnet) {
    return rejection('jobnet-mismatch', `The jobnet is ${current.jobnet} and cannot become ${definition.jobnet}; define that one by its own name.`);
  }
  if (answer !== 'JobnetDefined' && answer !== 'JobnetRevised') return rejection(answer, `${definition.jobnet} takes no definition: ${standing(state)}; enabled, it takes one again`);
  if (current !== undefined && sameDefinition(current, definition)) return [];
  return [{ type: answer, data: { version: version + 1, definition } }];
}

/** The order of questions is that of every intervention: is it there, is it so already, is it as expected, is it allowed? */
function change({ type, jobnet, expect }: ChangeJobnet, state: JobnetState): Decision<JobnetEvent> {
  if (state.mode === 'absent') return notFound(jobnet);
  const answer = jobnetAnswers[state.mode][type];
  if (answer === 'already so') return [];
  const unexpected = notAsExpected(jobnet, state, expect);
  if (unexpected !== undefined) return unexpected;
  switch (answer) {
    case 'JobnetEnabled':
    case 'JobnetDisabled':
    case 'JobnetRetired':
      return [{ type: answer, data: {} }];
    case 'jobnet-not-found':
    case 'jobnet-disabled':
    case 'jobnet-retired':
      return rejection(answer, `${jobnet} cannot be ${DONE[type]}: ${standing(state)}; no run of it can be started as it is`);
  }
}

function drop(command: DropQueued, state: JobnetState): Decision<JobnetEvent> {
  if (state.mode === 'absent') return notFound(command.jobnet);
  const decision = dropQueued(command, state.admissions);
  return isRejection(decision) || decision.length === 0 ? decision : notAsExpected(command.jobnet, state, command.expect) ?? decision;
}

function notAsExpected(jobnet: string, { mode, version }: JobnetState, expect: JobnetExpectation | undefined): Rejection | undefined {
  if (expect?.state !== undefined && expect.state !== mode) return rejection('not-as-expected', `${jobnet} is ${mode}, not ${expect.state}`);
  if (expect?.version !== undefined && expect.version !== version) return rejection('not-as-expected', `${jobnet} has version ${version}, not ${expect.version}`);
  return undefined;
}

function notFound(jobnet: string): Rejection {
  return rejection('jobnet-not-found', `there is no jobnet ${jobnet}`);
}

/** "it is retired since ... by hanako (replaced by B)" */
function standing({ mode, closed }: JobnetState): string {
  return `it is ${mode}${closed === undefined ? '' : ` ${orderWords(closed)}`}`;
}

function apply(state: JobnetState, event: JobnetLifeEvent, context: FoldContext): Omit<JobnetState, 'mode'> {
  switch (event.type) {
    case 'JobnetDefined':
    case 'JobnetRevised':
      return withVersion(state, event.data);
    case 'JobnetEnabled': {
      const { closed: _takenBack, ...open } = state;
      return open;
    }
    case 'JobnetDisabled':
    case 'JobnetRetired':
      return { ...state, closed: standingOrder(context) };
  }
}

function withVersion(state: JobnetState, { version, definition }: JobnetVersion): JobnetState {
  const { jobnet } = definition;
  if (version !== state.version + 1) throw corruptHistory(`version ${version} of ${jobnet} after version ${state.version}`);
  if (state.definition !== undefined && jobnet !== state.definition.jobnet) throw corruptHistory(`a version of ${jobnet} among those of ${state.definition.jobnet}`);
  return { ...state, version, definition };
}
