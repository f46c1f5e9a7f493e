import type { TasksOptions } from './executions/tasks/open-tasks.js';

/** How an agent was started (`kiroku agent start`). */
export interface AgentOptions {
  readonly name: string;
  /** Base URLs; the agent moves on to the next by itself. */
  readonly servers: readonly string[];
  readonly data: string;
  /** Enrols the name at its first connection; afterwards the agent's own credential counts. */
  readonly token?: string | undefined;
  /** Processes at a time. */
  readonly slots: number;
  /** Without it the agent runs commands only. */
  readonly tasks?: Pick<TasksOptions, 'module' | 'hosts'> | undefined;
}
