import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Instant } from '#events/vocabulary';
import type { KeeperLog } from '../keeper-options.js';
import { identityOf, type ProcessIdentity } from '../process/proc.js';
import { killGroup, type HostRecords } from './host-records.js';
import type { FromHost, Settled, TaskCall, ToHost } from './host-messages.js';

/** How every host is started. */
export interface HostSetting {
  /** The file of the module, absolute. */
  readonly module: string;
  /** The agent's own environment without any `KIROKU_*`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly records: HostRecords;
  readonly log: KeeperLog;
  /** The compiled program of a host; by default the one beside this file. */
  readonly program?: string | undefined;
}

/** A task in the hands of a host. */
export interface HandedTask {
  readonly call: TaskCall;
  readonly startedAt?: Instant;
  /** It may have begun. */
  readonly isSent: boolean;
  readonly isAborting: boolean;
}

export interface HostListener {
  loaded(host: TaskHost, names: readonly string[]): void;
  broken(host: TaskHost, why: string): void;
  began(executionId: string, at: Instant): void;
  aborted(executionId: string): void;
  settled(host: TaskHost, task: HandedTask, how: Settled): void;
  /** Its process has ended, and everything it said before was heard. What it held comes here, and nowhere else. */
  gone(host: TaskHost, held: readonly HandedTask[], why: string): void;
}

/** Longer than any module that is loaded in good order takes on a busy machine. */
const LONGEST_LOADING_MS = 30_000;

/**
 * The agent's end of one process that calls tasks.
 *
 *   loading ── loaded ──▶ ready ── an error that nobody awaited ──▶ unsound (takes no more calls)
 *      └── broken ──▶ ended       └── killed, or died ──▶ gone       └── gone
 */
export class TaskHost {
  readonly identity: ProcessIdentity;
  readonly #child: ChildProcess;
  readonly #held = new Map<string, HandedTask>();
  /** How many of those have a stop under way: each task that is placed asks every host. */
  #aborting = 0;
  #outbox: ToHost[] = [];
  #state: 'loading' | 'ready' | 'unsound' | 'gone' = 'loading';
  #exit: string | undefined;
  /** What it said, or why it was killed, when more is known than how it exited. */
  #why: string | undefined;
  #isKilled = false;
  #isKilledForStop = false;
  #hasLoaded = false;
  readonly #loading: NodeJS.Timeout;

  constructor(private readonly setting: HostSetting, private readonly listener: HostListener) {
    this.#child = spawn(process.execPath, ['--enable-source-maps', setting.program ?? fileURLToPath(new URL('./host/main.js', import.meta.url))], {
      // A session of its own: a terminal's Ctrl-C is for the agent.
      detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: setting.environment,
    });
    const { pid } = this.#child;
    this.identity = (pid === undefined ? undefined : identityOf(pid)) ?? { pid: pid ?? 0, startTime: '' };
    if (pid !== undefined) setting.records.add(this.identity);
    this.#child.on('message', (messages) => { for (const message of messages as FromHost[]) this.#hear(message); });
    this.#child.once('error', (error) => this.#ended(`no process could be made: ${error.message}`));
    this.#child.once('exit', (code, signal) => this.#ended(signal === null ? `it ended with exit code ${code}` : `it was killed by ${signal}`));
    this.#child.once('disconnect', () => this.#concludeIfOver());
    this.#logLines(this.#child.stdout, 'info');
    this.#logLines(this.#child.stderr, 'warn');
    this.#loading = setTimeout(() => this.#hear({ say: 'broken', why: `${setting.module} was not loaded within ${LONGEST_LOADING_MS / 1000} s` }), LONGEST_LOADING_MS).unref();
    this.#say({ do: 'load', module: setting.module });
  }

  /** It may be given more. One that has a stop under way is spared: it may have to be killed. */
  get takesCalls(): boolean {
    return this.#state === 'ready' && this.#aborting === 0;
  }

  get isLoading(): boolean {
    return this.#state === 'loading';
  }

  get isUnsound(): boolean {
    return this.#state === 'unsound';
  }

  get load(): number {
    return this.#held.size;
  }

  call(call: TaskCall): void {
    this.#held.set(call.executionId, { call, isSent: false, isAborting: false });
    this.#say({ do: 'call', call });
  }

  /** False when it does not hold that task. */
  abort(executionId: string, reason: string): boolean {
    const task = this.#held.get(executionId);
    if (task === undefined) return false;
    if (task.isAborting) return true;
    this.#held.set(executionId, { ...task, isAborting: true });
    this.#aborting += 1;
    this.#say({ do: 'abort', executionId, reason });
    return true;
  }

  get hasLoaded(): boolean {
    return this.#hasLoaded;
  }

  /** Its end was a stop's doing. */
  get wasKilledForStop(): boolean {
    return this.#isKilledForStop;
  }

  /** With all that it holds. */
  kill(why: string, { isForStop = false } = {}): void {
    if (this.#exit !== undefined || this.#why !== undefined) return;
    this.#why = why;
    this.#isKilled = true;
    this.#isKilledForStop = isForStop;
    killGroup(this.identity);
  }

  get held(): readonly HandedTask[] {
    return [...this.#held.values()];
  }

  #hear(message: FromHost): void {
    switch (message.say) {
      case 'loaded':
        clearTimeout(this.#loading);
        this.#state = 'ready';
        this.#hasLoaded = true;
        return this.listener.loaded(this, message.names);
      case 'broken':
        clearTimeout(this.#loading);
        this.listener.broken(this, message.why);
        return this.kill(message.why);
      case 'began': {
        const task = this.#held.get(message.executionId);
        if (task !== undefined) this.#held.set(message.executionId, { ...task, startedAt: message.at });
        return this.listener.began(message.executionId, message.at);
      }
      case 'aborted':
        return this.listener.aborted(message.executionId);
      case 'settled': {
        const task = this.#held.get(message.executionId);
        this.#held.delete(message.executionId);
        if (task?.isAborting === true) this.#aborting -= 1;
        return task && this.listener.settled(this, task, message);
      }
      case 'unsound':
        this.#state = 'unsound';
        this.setting.log('warn', 'a task host takes no more tasks', { taskHost: this.identity.pid, why: message.why });
        return this.#held.size > 0 ? undefined : this.kill(message.why);
      case 'dying':
        this.#why ??= message.why;
    }
  }

  #ended(how: string): void {
    this.#exit ??= how;
    this.#concludeIfOver();
  }

  /** What it said last may still be in the channel when it has exited. */
  #concludeIfOver(): void {
    if (this.#exit === undefined || this.#child.connected || this.#state === 'gone') return;
    const diedLoading = this.#state === 'loading' && !this.#isKilled;
    this.#state = 'gone';
    clearTimeout(this.#loading);
    this.setting.records.remove(this.identity);
    const why = this.#why ?? this.#exit;
    if (diedLoading) this.listener.broken(this, `${this.setting.module} cannot be loaded: its process died: ${why}`);
    this.listener.gone(this, this.held, why);
  }

  #say(message: ToHost): void {
    if (this.#outbox.push(message) === 1) setImmediate(() => this.#flush());
  }

  /** One that is ending does not hear it: its end says what becomes of what it was given. */
  #flush(): void {
    const messages = this.#outbox;
    this.#outbox = [];
    if (!this.#child.connected) return;
    for (const message of messages) {
      const task = message.do === 'call' ? this.#held.get(message.call.executionId) : undefined;
      if (task !== undefined) this.#held.set(task.call.executionId, { ...task, isSent: true });
    }
    this.#child.send(messages, () => undefined);
  }

  #logLines(from: Readable | null, level: 'info' | 'warn'): void {
    if (from === null) return;
    createInterface({ input: from }).on('line', (line) => this.setting.log(level, line, { taskHost: this.identity.pid }));
  }
}
