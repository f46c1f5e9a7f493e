import type { RunEvent } from '#events/run.events';
import { type Decision, rejection } from '../rejection.js';
import { evolveRun } from './run.evolve.js';
import type { RunCommandOf } from './run.decider.js';
import type { RunState } from './run.state.js';
import { whatFollows } from './what-follows.js';

export function startRun({ runId, version, definition, parameters, epoch, nominalAt, occurrence, context, capacity }: RunCommandOf<'StartRun'>, state: RunState): Decision<RunEvent> {
  if (state !== undefined) return rejection('run-exists', `run ${runId} has already been started`);
  const started: RunEvent = {
    type: 'RunStarted',
    data: { runId, jobnet: definition.jobnet, version, definition, parameters, ...(epoch === undefined ? {} : { epoch }), ...(nominalAt === undefined ? {} : { nominalAt }), ...(occurrence === undefined ? {} : { occurrence }) },
  };
  return [started, ...whatFollows(evolveRun(undefined, started, context), context, capacity)];
}
