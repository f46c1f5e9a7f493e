import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CancelFrame, CommandSpec, DispatchFrame, Report, StopFrame } from '#protocol/agent-link';
import { ExecutionDirectory } from '../process/execution-directory.js';
import { findProcessesOf } from '../process/proc.js';
import { until } from './wait-for.js';

/** Processes of an execution are looked for by its id all over the host: no other suite that runs now has these. */
export const idOf = (n: number): string => `run~job-${process.pid}~${n}`;

export function dispatch(n: number, command: string | string[], more: Partial<CommandSpec> = {}): DispatchFrame & { readonly spec: CommandSpec } {
  const spec: CommandSpec = { executionId: idOf(n), runId: 'run', jobId: 'job', attempt: 1, command, env: {}, ...more };
  return { kind: 'dispatch', session: 1, position: String(n), spec };
}

/** The call of a task. */
export function taskDispatch(n: number, name: string, parameters: Record<string, string> = {}): DispatchFrame {
  return { kind: 'dispatch', session: 1, position: String(n), spec: { executionId: idOf(n), runId: 'run', jobId: 'job', attempt: 1, task: { name, parameters } } };
}

export function cancel(n: number, position: number): CancelFrame {
  return { kind: 'cancel', session: 1, position: String(position), executionId: idOf(n), runId: 'run', jobId: 'job' };
}

export function stop(n: number, graceSeconds: number, position = n + 1): StopFrame {
  return { kind: 'stop', session: 1, position: String(position), executionId: idOf(n), runId: 'run', jobId: 'job', graceSeconds };
}

export function receiptAt(position: number): { position: string; eventId: string } {
  return { position: String(position), eventId: `event-${position}` };
}

/** A directory of a test's own, with everything that runs below it ended at the end. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'kiroku-keeper-'));
  readonly dataDir = join(this.path, 'data');
  readonly executions = join(this.dataDir, 'executions');

  directory(n: number): ExecutionDirectory {
    return new ExecutionDirectory(this.executions, idOf(n));
  }

  /** A command that counts its own executions: one line each. */
  counting(n: number, then = 'true'): string {
    return `echo ran >>'${this.path}/count-${n}'; ${then}`;
  }

  /** How often it ran. */
  count(n: number): number {
    return this.text(`count-${n}`).split('\n').length - 1;
  }

  text(name: string): string {
    try {
      return readFileSync(join(this.path, name), 'utf8');
    } catch {
      return '';
    }
  }

  async remove(): Promise<void> {
    for (const name of this.#names()) await endAll(name, this.executions);
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }

  #names(): string[] {
    try {
      return readdirSync(this.executions);
    } catch {
      return [];
    }
  }
}

/** The report of execution n once it is in one of these states. */
export function reported<S extends Report['state']>(reports: () => Report[] | Promise<Report[]>, n: number, ...states: S[]): Promise<Extract<Report, { state: S }>> {
  const is = (report: Report): report is Extract<Report, { state: S }> => report.executionId === idOf(n) && (states as string[]).includes(report.state);
  return until(`execution ${n} to be ${states.join(' or ')}`, async () => (await reports()).find(is));
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** Only what got this very execution id, and whose files lie below this directory, was started by the test. */
async function endAll(executionId: string, executions: string): Promise<void> {
  const directory = new ExecutionDirectory(executions, executionId);
  const claim = directory.claim();
  const mine = [directory.started()?.job.pid, claim?.by === 'wrapper' ? claim.wrapper.pid : undefined].filter((pid) => pid !== undefined);
  for (const pid of mine) if (findProcessesOf(executionId, pid).includes(pid)) signal(pid, 'SIGKILL');
  const session = directory.started()?.job.pid;
  if (session !== undefined) for (const pid of findProcessesOf('-', session)) signal(pid, 'SIGKILL');
}
