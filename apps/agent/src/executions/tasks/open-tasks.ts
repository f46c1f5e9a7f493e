import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { KeeperLog } from '../keeper-options.js';
import { HostRecords } from './host-records.js';
import { TaskExecutor } from './task-executor.js';
import { TaskHosts } from './task-hosts.js';

/** The tasks that an agent is given, and how many processes may call them. */
export interface TasksOptions {
  /** The file of a module, absolute. */
  readonly module: string;
  /** Processes that share the tasks; by default two, or one where there is one core. */
  readonly hosts?: number | undefined;
  /** The compiled program of a host, where it does not lie beside this file. */
  readonly program?: string | undefined;
}

export interface TasksSetting {
  readonly dataDir: string;
  /** Where the executions' directories lie. */
  readonly root: string;
  readonly bootId: string;
  /** What hosts get: the agent's own without any `KIROKU_*`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly log: KeeperLog;
}

const USUAL_HOSTS = 2;

/**
 * Ends what a former agent left of its task hosts, and starts new ones where there is a module for them.
 * @throws TasksUnusableError when it cannot be loaded
 */
export async function openTasks(options: TasksOptions | undefined, { dataDir, root, bootId, environment, log }: TasksSetting): Promise<TaskExecutor> {
  const records = new HostRecords(join(dataDir, 'task-hosts'), bootId);
  const formerHostsEnded = records.endFormerHosts();
  if (options === undefined) return new TaskExecutor({ root, tasks: undefined, formerHostsEnded });
  const { module, hosts = Math.min(USUAL_HOSTS, availableParallelism()), program } = options;
  return new TaskExecutor({ root, tasks: await TaskHosts.open({ module, environment, records, log, program }, hosts), formerHostsEnded });
}
