import type { Welcome } from '#protocol/agent-link';
import type { JournalOptions } from '../journal/agent-journal.js';
import type { TasksOptions } from './tasks/open-tasks.js';

/** Named points between two steps. Tests end the process there; nothing else listens. */
export type KeeperStep =
  | 'offered' | 'accepted' | 'starting' | 'placed' | 'spawned' | 'result-seen' | 'summarised' | 'ended' | 'refused' | 'acknowledged' | 'forgotten'
  | 'stop-wanted' | 'stopping' | 'signalled' | 'signal-kept';

export type KeeperLog = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

/** What the server says when a session begins. */
export type SessionBegan = Pick<Welcome, 'session' | 'epoch' | 'position' | 'startsAnew' | 'mustNotBegin' | 'mayHaveBegun'>;

export interface KeeperOptions {
  /** Belongs to one agent; made with mode 0700. */
  readonly dataDir: string;
  /** Processes at a time; the rest waits in the order of arrival. */
  readonly slots: number;
  /** `pendingReports` has something new. Called often and cheaply; must not throw. */
  readonly onReport: () => void;
  readonly log: KeeperLog;
  /** By default that of the running kernel. */
  readonly bootId?: string;
  /** Where a relative `cwd` starts; by default the current directory. */
  readonly workDir?: string;
  readonly now?: () => Date;
  readonly journal?: JournalOptions;
  readonly onStep?: (step: KeeperStep, executionId: string) => void;
  /** The net below the FIFOs and exit events. */
  readonly pollMs?: number;
  readonly retention?: Retention;
  /** None: tasks are declined. */
  readonly tasks?: TasksOptions | undefined;
  /** How long tasks that run may take to end when the agent is stopped. */
  readonly taskGraceMs?: number;
}

/** How long the output of forgotten executions stays. What a server does not have yet is none of them and stays. */
export interface Retention {
  readonly newest: number;
  readonly maxAgeMs: number;
  /** Of all outputs together. */
  readonly maxBytes?: number;
}

export const RETENTION: Retention = { newest: 1000, maxAgeMs: 7 * 24 * 3600 * 1000, maxBytes: 10 * 1024 ** 3 };

/** Less than whoever stops an agent waits before he kills it: systemd 90 s, `kiroku up` 15 s, containers 10 s. */
export const TASK_GRACE_MS = 5_000;
