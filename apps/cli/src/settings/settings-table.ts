import { DEFAULT_AGENT_GRACE } from '../arguments/agent-grace.js';
import { DEFAULT_LISTEN } from '../arguments/listen-address.js';
import { DEFAULT_SLOTS } from '../arguments/slot-count.js';
import { DEFAULT_URL } from '../client/settings.js';

/** A setting: a flag, the variable behind it, and the key of the same name in a configuration file. */
export interface Setting {
  /** `task-hosts`: the flag is `--task-hosts`. */
  readonly name: string;
  readonly variable: string;
  /** A `path` and the file of a `store` start from the folder of the file they stand in. A `secret` is never shown. */
  readonly kind: 'text' | 'number' | 'list' | 'path' | 'store' | 'secret';
  readonly fallback: string;
  readonly usedBy: readonly ('server' | 'agent start' | 'up' | 'clients')[];
}

/** Everything that can be set other than by a flag of one command. `docs/operating.md` has the same table for people. */
export const SETTINGS: readonly Setting[] = [
  { name: 'url', variable: 'KIROKU_URL', kind: 'text', fallback: DEFAULT_URL, usedBy: ['clients'] },
  { name: 'token', variable: 'KIROKU_TOKEN', kind: 'secret', fallback: 'operator.token in --data; for an agent: agent.token beside or in --data', usedBy: ['clients', 'agent start'] },
  { name: 'data', variable: 'KIROKU_DATA', kind: 'path', fallback: '.kiroku; for an agent: .kiroku/agent-NAME; for up: .kiroku in the checkout', usedBy: ['clients', 'server', 'agent start', 'up'] },
  { name: 'listen', variable: 'KIROKU_LISTEN', kind: 'text', fallback: DEFAULT_LISTEN, usedBy: ['server', 'up'] },
  { name: 'store', variable: 'KIROKU_STORE', kind: 'store', fallback: 'sqlite:DATA/log.db', usedBy: ['server'] },
  { name: 'advertise', variable: 'KIROKU_ADVERTISE', kind: 'text', fallback: 'what it listens on', usedBy: ['server'] },
  { name: 'agent-grace', variable: 'KIROKU_AGENT_GRACE', kind: 'number', fallback: String(DEFAULT_AGENT_GRACE), usedBy: ['server'] },
  { name: 'name', variable: 'KIROKU_NAME', kind: 'text', fallback: 'none; for up: local', usedBy: ['agent start', 'up'] },
  { name: 'server', variable: 'KIROKU_SERVER', kind: 'list', fallback: DEFAULT_URL, usedBy: ['agent start'] },
  { name: 'slots', variable: 'KIROKU_SLOTS', kind: 'number', fallback: String(DEFAULT_SLOTS), usedBy: ['agent start', 'up'] },
  { name: 'tasks', variable: 'KIROKU_TASKS', kind: 'path', fallback: 'none', usedBy: ['agent start', 'up'] },
  { name: 'task-hosts', variable: 'KIROKU_TASK_HOSTS', kind: 'number', fallback: '2, or 1 on one core', usedBy: ['agent start', 'up'] },
];
