import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Output, OutputSummary } from '#events/output';
import type { Instant } from '#events/vocabulary';
import type { TaskSpec } from '#protocol/agent-link';
import type { HeldExecution } from '../../journal/journal-record.js';
import type { Ending, Executor, TellFact, Watch } from '../executor.port.js';
import { ExecutionDirectory } from '../process/execution-directory.js';
import { summarise } from '../process/output-summary.js';
import { uptimeSeconds } from '../process/proc.js';
import type { Settled } from './host-messages.js';
import type { TaskHosts, TaskListener } from './task-hosts.js';

/** What an agent knows of the tasks it was given. */
export interface LoadedTasks {
  readonly hosts: TaskHosts;
  readonly names: readonly string[];
}

export interface TaskExecutorParts {
  /** Where the executions' directories lie. */
  readonly root: string;
  /** Undefined on an agent that was given no module. */
  readonly tasks: LoadedTasks | undefined;
  /** Resolves when no host of a former agent is left. */
  readonly formerHostsEnded: Promise<void>;
}

/** In a reason for people. */
const MOST_NAMES = 30;
/** As a shell says it of a process that SIGKILL ended. */
const KILLED_EXIT_CODE = 137;
const NOTHING: OutputSummary = { bytes: 0, sha256: createHash('sha256').digest('hex'), tail: '', truncated: false };
const SILENT: Output = { stdout: NOTHING, stderr: NOTHING };

/** Runs tasks, which die with the agent: what a former one had begun is lost, and nothing is called twice. */
export class TaskExecutor implements Executor<TaskSpec> {
  readonly #onAborted = new Map<string, () => void>();

  constructor(private readonly parts: TaskExecutorParts) {}

  whyNotTaken({ task: { name } }: TaskSpec): string | undefined {
    if (this.parts.tasks === undefined) return `this agent has no tasks: it was started without --tasks, so that it cannot run the task ${name}`;
    const { names } = this.parts.tasks;
    if (names.includes(name)) return undefined;
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    return `this agent has no task ${name}; it has ${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  }

  begin(spec: TaskSpec, tell: TellFact): Watch {
    const { executionId, runId, jobId, attempt, task: { name, parameters } } = spec;
    // Accepted by a former agent, which had other tasks.
    const reason = this.whyNotTaken(spec);
    if (reason !== undefined) tell({ kind: 'declined', reason });
    else {
      const directory = new ExecutionDirectory(this.parts.root, executionId);
      this.parts.tasks?.hosts.call({ executionId, runId, jobId, attempt, name, parameters, directory: directory.path }, this.#listenerFor(directory, tell));
    }
    return NOT_WATCHED;
  }

  resume({ starting }: HeldExecution & { readonly spec: TaskSpec; readonly starting: string }, tell: TellFact): Watch {
    let isStopped = false;
    const reason = `the agent ended while the task was running, or about to (on boot ${starting}); a task ends with its agent`;
    void this.parts.formerHostsEnded.then(() => {
      if (!isStopped) tell({ kind: 'lost', reason, startedAt: undefined });
    });
    return { look: () => undefined, stop: () => { isStopped = true; } };
  }

  /** @param onAborted called when the task has heard of it, or would have if it looked */
  abort(executionId: string, reason: string, onAborted: () => void): void {
    this.#onAborted.set(executionId, onAborted);
    this.parts.tasks?.hosts.abort(executionId, reason);
  }

  /** False where there is nothing to kill. */
  kill(executionId: string): boolean {
    return this.parts.tasks?.hosts.kill(executionId, `${executionId} was stopped and did not settle within its grace`) === true;
  }

  /** Asks what runs to end, and waits for that; what has not ended within the grace ends with its host. */
  async close(graceMs: number): Promise<void> {
    await this.parts.tasks?.hosts.close(graceMs);
  }

  #listenerFor(directory: ExecutionDirectory, tell: TellFact): TaskListener {
    const { executionId } = directory;
    const end: TellFact = (fact) => {
      this.#onAborted.delete(executionId);
      tell(fact);
    };
    return {
      began: (at) => tell({ kind: 'started', at, uptime: uptimeSeconds() }),
      aborted: () => this.#onAborted.get(executionId)?.(),
      settled: (how, startedAt) => end({ kind: 'ended', ending: endingOf(how, startedAt), output: () => outputOf(directory, how.wrote) }),
      killed: (startedAt) => end({
        kind: 'ended',
        ending: { startedAt, exitCode: KILLED_EXIT_CODE, endedAt: new Date().toISOString() as Instant, durationMs: undefined, stoppedBy: 'SIGKILL' },
        output: () => outputOf(directory, { stdout: existsSync(directory.output('stdout')), stderr: existsSync(directory.output('stderr')) }),
      }),
      lost: (reason, startedAt) => end({ kind: 'lost', reason, startedAt }),
      withdrawn: (reason) => end({ kind: 'never-started', reason }),
      unusable: (reason) => end({ kind: 'declined', reason }),
    };
  }
}

/** Messages of its host wake the agent, and the end of that host does. */
const NOT_WATCHED: Watch = { look: () => undefined, stop: () => undefined };

function endingOf({ exitCode, endedAt, durationMs, wasAborted }: Settled, startedAt: Instant | undefined): Ending {
  return { startedAt, exitCode, endedAt, durationMs, stoppedBy: wasAborted ? 'SIGTERM' : undefined };
}

async function outputOf(directory: ExecutionDirectory, wrote: Settled['wrote']): Promise<Output> {
  if (!wrote.stdout && !wrote.stderr) return SILENT;
  const summaryOf = (name: 'stdout' | 'stderr') => (wrote[name] ? summarise(directory.output(name)) : Promise.resolve(NOTHING));
  const [stdout, stderr] = await Promise.all([summaryOf('stdout'), summaryOf('stderr')]);
  return { stdout, stderr };
}
