/** The module of `--tasks` cannot be used. The message names the file and says why; who started the agent has to mend it. */
export class TasksUnusableError extends Error {
  override readonly name = 'TasksUnusableError';
}
