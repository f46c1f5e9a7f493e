import { AbandonExecutionHandler } from './abandon-execution.handler.js';
import { AdoptLateResultHandler } from './adopt-late-result.handler.js';
import { HoldJobHandler } from './hold-job.handler.js';
import { HoldRunHandler } from './hold-run.handler.js';
import { ReleaseJobHandler } from './release-job.handler.js';
import { ReleaseRunHandler } from './release-run.handler.js';
import { RerunJobHandler } from './rerun-job.handler.js';
import { SettleJobHandler } from './settle-job.handler.js';
import { SkipJobHandler } from './skip-job.handler.js';
import { StopJobHandler } from './stop-job.handler.js';
import { StopRunHandler } from './stop-run.handler.js';

/** Everything an operator may do to a run, a job in it, or an execution. */
export const interventionHandlers = [
  HoldRunHandler, ReleaseRunHandler, StopRunHandler,
  SkipJobHandler, StopJobHandler, HoldJobHandler, ReleaseJobHandler, RerunJobHandler, SettleJobHandler, AdoptLateResultHandler,
  AbandonExecutionHandler,
];
