/** Writes lines into the output of the execution: text as it is, an error with its stack and causes, anything else as JSON. */
export interface TaskLogger {
  /** To stdout. */
  info(message: unknown): void;
  /** To stderr. */
  warn(message: unknown): void;
  /** To stderr. */
  error(message: unknown): void;
}

/** What a task is told when it is called. */
export interface TaskContext {
  /** Parameters of the jobnet, the run and the job, the nearest winning; frozen. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly logger: TaskLogger;
  /** The execution's own output, for libraries that want a stream. `console.log` inside a task arrives there too. */
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /**
   * Aborted when the job is stopped, or the agent. A task that notices tidies up and rejects, as `signal.throwIfAborted()` does. One that has
   * not settled when the job's `stopGraceSeconds` are over is killed, together with the process that it shares with others.
   */
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly jobId: string;
  /** This execution and no other, ever: a good key for whatever must happen once outside. */
  readonly executionId: string;
  /** 1, and one more with each re-run. */
  readonly attempt: number;
}

/** Resolves when the job has succeeded (whatever it resolves to) and rejects when it has failed. */
export type Task = (context: TaskContext) => unknown;

/**
 * Names the tasks of a module for `kiroku agent start --tasks MODULE`; a job runs one by `task: NAME`.
 *
 * ```js
 * export default defineTasks({
 *   greet: async ({ parameters, logger }) => logger.info(`hello ${parameters.WHO}`),
 * });
 * ```
 *
 * @returns the same functions, frozen
 * @throws TypeError for what is no function, and for a name that no job could write
 */
export function defineTasks<const Tasks extends Readonly<Record<string, Task>>>(tasks: Tasks): Readonly<Tasks> {
  const fault = faultOfTasks(tasks);
  if (fault !== undefined) throw new TypeError(fault);
  return Object.freeze({ ...tasks });
}

/** The names that a definition accepts in `task:`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Why something cannot be the tasks of a module, as a sentence; undefined when it can. */
export function faultOfTasks(tasks: unknown): string | undefined {
  if (typeof tasks !== 'object' || tasks === null || Array.isArray(tasks)) return `tasks are an object of functions by their names, not ${tasks === null ? 'null' : Array.isArray(tasks) ? 'a list' : typeof tasks}`;
  const entries = Object.entries(tasks);
  if (entries.length === 0) return 'tasks are an object of functions by their names; this one is empty';
  for (const [name, task] of entries) {
    if (!NAME.test(name)) return `a task cannot be called ${JSON.stringify(name)}: a name begins with a letter or digit and goes on with letters, digits, ".", "_" and "-", at most 128 characters in all`;
    if (typeof task !== 'function') return `the task ${JSON.stringify(name)} is no function but ${task === null ? 'null' : typeof task}`;
  }
  return undefined;
}
