import type { JobnetDefinition } from '#events/definition';
import type { JobnetEvent } from '#events/jobnet.events';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider } from '../decider.js';
import { rejection, type Decision } from '../rejection.js';
import { sameDefinition } from './same-definition.js';

/** One version of a jobnet, as it was defined. */
export interface JobnetVersion {
  readonly version: number;
  readonly definition: JobnetDefinition;
}

/** The version that new runs take (0 and no definition before the first), and every version so far, oldest first. */
export interface JobnetState {
  readonly version: number;
  readonly definition?: JobnetDefinition;
  readonly versions: readonly JobnetVersion[];
}

/** Defines a jobnet, or revises it when it exists and says something else. */
export interface DefineJobnet {
  readonly type: 'DefineJobnet';
  readonly definition: JobnetDefinition;
}

export type JobnetCommand = DefineJobnet;

export const jobnetDecider: Decider<JobnetState, JobnetCommand, JobnetEvent> = {
  initialState: { version: 0, versions: [] },

  decide(command, state) {
    switch (command.type) {
      case 'DefineJobnet': return define(command, state);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'JobnetDefined': return defined(state, event.data);
      case 'JobnetRevised': return revised(state, event.data);
    }
  },
};

function define({ definition }: DefineJobnet, state: JobnetState): Decision<JobnetEvent> {
  const { version, definition: current } = state;
  if (current === undefined) return [{ type: 'JobnetDefined', data: { version: 1, definition } }];
  if (sameDefinition(current, definition)) return [];
  if (current.jobnet !== definition.jobnet) {
    return rejection('jobnet-mismatch', `The jobnet is ${current.jobnet} and cannot become ${definition.jobnet}; define that one by its own name.`);
  }
  return [{ type: 'JobnetRevised', data: { version: version + 1, definition } }];
}

function defined(state: JobnetState, { version, definition }: JobnetVersion): JobnetState {
  if (state.version !== 0) throw corruptHistory(`JobnetDefined after version ${state.version} of ${definition.jobnet}`);
  if (version !== 1) throw corruptHistory(`JobnetDefined with version ${version} of ${definition.jobnet}; a jobnet begins with version 1`);
  return withVersion(state, { version, definition });
}

function revised(state: JobnetState, { version, definition }: JobnetVersion): JobnetState {
  const before = state.definition?.jobnet;
  if (before === undefined) throw corruptHistory(`JobnetRevised to version ${version} of ${definition.jobnet}, which was never defined`);
  if (version !== state.version + 1) throw corruptHistory(`JobnetRevised to version ${version} of ${definition.jobnet} after version ${state.version}`);
  if (definition.jobnet !== before) throw corruptHistory(`JobnetRevised of ${definition.jobnet} among the versions of ${before}`);
  return withVersion(state, { version, definition });
}

function withVersion(state: JobnetState, current: JobnetVersion): JobnetState {
  return { ...current, versions: [...state.versions, current] };
}
