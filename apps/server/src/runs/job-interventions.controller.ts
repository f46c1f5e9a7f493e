import { Controller, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  type AdoptLateResultBody, adoptLateResultBody, type CommandAnswer, commandAnswer, JOB_STATES, type JobInterventionBody, jobInterventionBody,
  type RerunJobBody, rerunJobBody, type SettleJobBody, settleJobBody,
} from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { AdoptLateResult } from './interventions/adopt-late-result.handler.js';
import { HoldJob } from './interventions/hold-job.handler.js';
import { ReleaseJob } from './interventions/release-job.handler.js';
import { RerunJob } from './interventions/rerun-job.handler.js';
import { SettleJob } from './interventions/settle-job.handler.js';
import { SkipJob } from './interventions/skip-job.handler.js';
import { StopJob } from './interventions/stop-job.handler.js';

/** A state that forbids it is named by the code (`job-running`). */
const FORBIDDING = JOB_STATES.map((state) => `job-${state}`);

/** What each of them may be refused for, and more that one alone may. */
function refuses(...more: readonly string[]) {
  return { 404: ['run-not-found', 'job-not-found'], 409: ['not-as-expected', 'run-finished', 'job-finished', ...FORBIDDING, ...more] };
}

interface JobPath {
  readonly runId: string;
  readonly jobId: string;
}

/** A person's word about one job: each is an event with who, when and why (law 6). */
@Controller('api/v1/runs/:runId/jobs/:jobId')
@Tag('jobs')
export class JobInterventionsController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('skip')
  @Route({
    summary: 'Decide that a job is skipped', answers: { 200: commandAnswer }, refuses: refuses(),
    description: 'Its successors go on. An execution that is out stays open until its agent answers; what it reports is kept as a late result.',
  })
  skip(@Param() { runId, jobId }: JobPath, @CheckedBody(jobInterventionBody) { expect, ...why }: JobInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new SkipJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('stop')
  @Route({
    summary: 'Ask for a job to be stopped', answers: { 200: commandAnswer }, refuses: refuses(),
    description: 'SIGTERM to its processes, SIGKILL after the grace. On an agent that is away the wish is pending.',
  })
  stop(@Param() { runId, jobId }: JobPath, @CheckedBody(jobInterventionBody) { expect, ...why }: JobInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new StopJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('hold')
  @Route({ summary: 'Hold a job that has not begun', answers: { 200: commandAnswer }, refuses: refuses() })
  hold(@Param() { runId, jobId }: JobPath, @CheckedBody(jobInterventionBody) { expect, ...why }: JobInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new HoldJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('release')
  @Route({ summary: 'Release a held job', answers: { 200: commandAnswer }, refuses: refuses() })
  release(@Param() { runId, jobId }: JobPath, @CheckedBody(jobInterventionBody) { expect, ...why }: JobInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new ReleaseJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('rerun')
  @Route({ summary: 'Run a job once more', answers: { 200: commandAnswer }, refuses: refuses('execution-open', 'successors-begun') })
  rerun(@Param() { runId, jobId }: JobPath, @CheckedBody(rerunJobBody) { concurrent, expect, ...why }: RerunJobBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RerunJob(runId, jobId, concurrent, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('settle')
  @Route({
    summary: 'Say how a job ended, as far as a person knows', answers: { 200: commandAnswer }, refuses: refuses(),
    description: 'A result that comes later is kept beside it and changes nothing by itself.',
  })
  settle(@Param() { runId, jobId }: JobPath, @CheckedBody(settleJobBody) { outcome, exitCode, expect, ...why }: SettleJobBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new SettleJob(runId, jobId, outcome, exitCode, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('adopt')
  @Route({ summary: 'Let a late result count', answers: { 200: commandAnswer }, refuses: refuses('no-late-result') })
  adopt(@Param() { runId, jobId }: JobPath, @CheckedBody(adoptLateResultBody) { executionId, expect, ...why }: AdoptLateResultBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new AdoptLateResult(runId, jobId, executionId, expect, this.gateway.envelope(request, principal, why)));
  }
}
