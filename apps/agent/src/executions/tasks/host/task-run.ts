import { inspect } from 'node:util';
import type { TaskContext, TaskLogger } from '#tasks/define-tasks';
import type { TaskCall } from '../host-messages.js';
import { TaskOutput } from './task-output.js';

/** One call of a task, from its beginning until it has settled. */
export class TaskRun {
  readonly stdout: TaskOutput;
  readonly stderr: TaskOutput;
  readonly #abort = new AbortController();
  #abortReason: string | undefined;
  readonly #begunMs = performance.now();
  #exitCode: 0 | 1 | undefined;

  constructor(readonly call: TaskCall) {
    this.stdout = new TaskOutput(call.directory, 'stdout');
    this.stderr = new TaskOutput(call.directory, 'stderr');
  }

  get isSettled(): boolean {
    return this.#exitCode !== undefined;
  }

  get wasAborted(): boolean {
    return this.#abortReason !== undefined;
  }

  get durationMs(): number {
    return Math.round(performance.now() - this.#begunMs);
  }

  /** False when it is too late, or came before. From now on the end is not the task's own. */
  prepareAbort(reason: string): boolean {
    if (this.isSettled || this.wasAborted) return false;
    this.#abortReason = reason;
    return true;
  }

  /** Tells the task; its listeners run now. */
  abort(): void {
    const reason = new DOMException(this.#abortReason, 'AbortError');
    // Where the agent's own code made it is nothing that the author of a task looks for.
    Object.defineProperty(reason, 'stack', { value: String(reason) });
    this.#abort.abort(reason);
  }

  /** The first word counts. A failure stands in the stderr of the execution, with its stack and its causes. */
  settle(failure?: { readonly error: unknown }): boolean {
    if (this.isSettled) return false;
    this.#exitCode = failure === undefined ? 0 : 1;
    if (failure !== undefined) this.stderr.write(`${failure.error instanceof Error ? inspect(failure.error) : `the task failed with ${inspect(failure.error)}`}\n`);
    return true;
  }

  /** Where the output cannot be kept (a full disk), a success cannot be claimed. */
  async finish(): Promise<{ exitCode: 0 | 1; wrote: { stdout: boolean; stderr: boolean } }> {
    const wrote = { stdout: this.stdout.isWritten, stderr: this.stderr.isWritten };
    if (wrote.stdout || wrote.stderr) await Promise.all([this.stdout.close(), this.stderr.close()]);
    return { exitCode: this.#exitCode ?? 1, wrote };
  }

  context(): TaskContext {
    const { runId, jobId, executionId, attempt, parameters } = this.call;
    const { stdout, stderr } = this;
    return Object.freeze({
      runId, jobId, executionId, attempt, parameters: Object.freeze({ ...parameters }), signal: this.#abort.signal, logger: this.#logger(),
      get stdout() {
        return stdout.stream;
      },
      get stderr() {
        return stderr.stream;
      },
    });
  }

  #logger(): TaskLogger {
    return Object.freeze({
      info: (message: unknown) => this.stdout.write(lineOf(message)),
      warn: (message: unknown) => this.stderr.write(lineOf(message)),
      error: (message: unknown) => this.stderr.write(lineOf(message)),
    });
  }
}

function lineOf(message: unknown): string {
  if (typeof message === 'string') return `${message}\n`;
  return `${message instanceof Error ? inspect(message) : (jsonOf(message) ?? inspect(message))}\n`;
}

/** Circles and big integers have no JSON, functions and undefined neither. */
function jsonOf(message: unknown): string | undefined {
  try {
    return JSON.stringify(message);
  } catch {
    return undefined;
  }
}
