import type { AgentView, EventView, ExecutionView, JobnetView, JobView, RunningView, RunView } from '#protocol/api';
import type { Instant } from '#events/vocabulary';

export function at(text: string): Instant {
  return text as Instant;
}

export const T0 = at('2026-11-20T12:00:00.000Z');
export const T1 = at('2026-11-20T12:00:05.000Z');

export function job(jobId: string, more: Partial<JobView> = {}): JobView {
  return { jobId, state: 'waiting', evidence: { kind: 'none' }, attempt: 0, agent: 'local', after: [], pending: [], executions: [], ...more };
}

export function run(more: Partial<RunView> = {}): RunView {
  return { runId: 'R1', jobnet: 'A', version: 1, revision: 3, status: 'running', startedAt: T0, jobs: [job('A1'), job('A2')], ...more };
}

export function execution(more: Partial<ExecutionView> = {}): ExecutionView {
  return { executionId: 'R1~A1~1', attempt: 1, agent: 'local', state: 'running', evidence: { kind: 'none' }, dispatchedAt: T0, ...more };
}

export const runningA1 = job('A1', { state: 'running', evidence: { kind: 'confirmed', lastHeardAt: T0 }, attempt: 1, executionId: 'R1~A1~1', startedAt: T0 });
export const succeededA1 = job('A1', { state: 'succeeded', attempt: 1, executionId: 'R1~A1~1', exitCode: 0, startedAt: T0, finishedAt: T1 });
export const failedA1 = job('A1', { state: 'failed', attempt: 1, executionId: 'R1~A1~1', exitCode: 1, startedAt: T0, finishedAt: T1 });
export const waitingA2 = job('A2', { after: ['A1'], waitsFor: ['A1'] });

export const jobnetA: JobnetView = {
  jobnet: 'A', version: 2, revision: 1, definedAt: T0, definedBy: { kind: 'operator', id: 'hanako' }, state: 'enabled',
  definition: {
    jobnet: 'A', onFailure: 'hold', parameters: { DAY: 'mon' },
    jobs: [
      { id: 'A1', command: './extract.sh', agent: 'local', after: [], successCodes: [0], env: {}, parameters: {} },
      { id: 'A2', command: ['./load', '--to', 'a b'], agent: 'local', after: ['A1'], successCodes: [0, 3], env: {}, parameters: {} },
    ],
  },
};

export const runningRow: RunningView = {
  runId: 'R1', jobnet: 'A', jobId: 'A1', jobState: 'running', executionId: 'R1~A1~1', attempt: 1, agent: 'local', state: 'running',
  evidence: { kind: 'silent', since: T0 }, dispatchedAt: T0, startedAt: T0,
};

export const agentLocal: AgentView = { name: 'local', state: 'connected', since: T0, slots: 8, openExecutions: 1, host: 'h1', enrolledAt: T0, unmatchedReports: 2 };

export function event(position: number, more: Partial<EventView> = {}): EventView {
  return {
    position: String(position), stream: 'run-R1', revision: 0, id: 'e', type: 'JobSkipped', schemaVersion: 1, at: T0, actor: { kind: 'operator', id: 'hanako' },
    commandId: 'c', correlationId: 'R1', causationId: 'c', data: { jobId: 'A1' }, ...more,
  };
}
