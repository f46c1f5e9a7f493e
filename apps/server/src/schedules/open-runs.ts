import { Injectable } from '@nestjs/common';
import { busyWith, type RunAdmissions } from '#domain/jobnet/admission';
import { RunsProjection } from '../runs/runs.projection.js';
import { PendingStarts } from './pending-starts.js';

/** Which runs stand in the way of another one of their jobnet. */
@Injectable()
export class OpenRuns {
  constructor(private readonly runs: RunsProjection, private readonly pending: PendingStarts) {}

  /** `open`: of the jobnet, whoever started them. `over`: of those admitted, the ones that are finished, or will not begin by that admission. */
  around(jobnet: string, { admitted }: RunAdmissions): { open: string[]; over: string[] } {
    return { open: [...this.runs.openRunsOf(jobnet)], over: [...admitted].filter((runId) => this.isOver(runId)) };
  }

  isBusy(jobnet: string, admissions: RunAdmissions): boolean {
    const { open, over } = this.around(jobnet, admissions);
    return open.length > 0 || admissions.admitted.size > over.length;
  }

  /** Before one that waits may begin, these have to be over. */
  inTheWay(jobnet: string, admissions: RunAdmissions): string[] {
    const { open, over } = this.around(jobnet, admissions);
    return busyWith(admissions, open, over);
  }

  private isOver(runId: string): boolean {
    const run = this.runs.find(runId)?.run;
    return run === undefined ? !this.pending.isAdmitted(runId) : run.finished !== undefined;
  }
}
