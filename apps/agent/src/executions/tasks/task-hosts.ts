import type { Instant } from '#events/vocabulary';
import { deferred } from './deferred.js';
import type { Settled, TaskCall } from './host-messages.js';
import { TaskHost, type HandedTask, type HostListener, type HostSetting } from './task-host.js';
import { TasksUnusableError } from './tasks-unusable.error.js';

/** Who has given a task to the pool, and hears what becomes of it. One of all but the first two comes, once. */
export interface TaskListener {
  began(at: Instant): void;
  /** Its signal was aborted before it settled. */
  aborted(): void;
  settled(how: Settled, startedAt: Instant | undefined): void;
  /** Its host was killed for a stop of this very task, or of another one while this was being stopped as well. */
  killed(startedAt: Instant | undefined): void;
  /** The host that had it died, for whatever reason. */
  lost(why: string, startedAt: Instant | undefined): void;
  /** No host ever had it, nor will. */
  withdrawn(why: string): void;
  /** No host ever had it, and there is none that could call it. */
  unusable(why: string): void;
}

/** A module that ends its process without the help of a task will do so again. */
const IDLE_DEATH_PAUSE_MS = 1000;

/**
 * The processes that call tasks. A task is given to the host that has the fewest; a host that dies is replaced at once. While every host
 * has a stop under way, or is not to be trusted any more, others take their place, at most twice as many as usual.
 */
export class TaskHosts implements HostListener {
  readonly #hosts = new Set<TaskHost>();
  /** For a host that takes calls. */
  readonly #waiting = new Map<string, TaskCall>();
  readonly #listeners = new Map<string, TaskListener>();
  readonly #firstLoaded = deferred<readonly string[]>();
  readonly #allGone = deferred<undefined>();
  #isClosed = false;

  private constructor(private readonly setting: HostSetting, private readonly size: number) {}

  /**
   * Resolves when the module is loaded in the first host; the others follow.
   * @throws TasksUnusableError with the file and what is wrong with it
   */
  static async open(setting: HostSetting, size: number): Promise<{ hosts: TaskHosts; names: readonly string[] }> {
    const hosts = new TaskHosts(setting, size);
    hosts.#start();
    try {
      const names = await hosts.#firstLoaded.promise;
      hosts.#fill();
      return { hosts, names };
    } catch (error) {
      await hosts.close();
      throw error;
    }
  }

  call(call: TaskCall, listener: TaskListener): void {
    if (this.#isClosed) return listener.withdrawn('the agent was stopped before it began');
    this.#listeners.set(call.executionId, listener);
    this.#waiting.set(call.executionId, call);
    this.#place();
  }

  /** Whatever has settled is not touched, nor is what this pool never had. */
  abort(executionId: string, reason: string): void {
    if (this.#waiting.delete(executionId)) return this.#listenerOf(executionId)?.withdrawn(`${reason} before it began`);
    for (const host of this.#hosts) if (host.abort(executionId, reason)) return;
  }

  /** Ends the host of a task, with all that it holds. False when there is none. */
  kill(executionId: string, why: string): boolean {
    this.abort(executionId, why);
    const host = [...this.#hosts].find(({ held }) => held.some(({ call }) => call.executionId === executionId));
    host?.kill(`it was killed, because ${why}`, { isForStop: true });
    return host !== undefined;
  }

  /**
   * Asks every task to end, and ends the hosts when all have settled or the grace is over. Resolves when none is left, and everything was told.
   * Takes no more calls meanwhile.
   */
  async close(graceMs = 0): Promise<void> {
    this.#isClosed = true;
    for (const executionId of [...this.#listeners.keys()]) this.abort(executionId, 'the agent was stopped');
    const isOver = setTimeout(() => this.#end(), graceMs);
    if (this.#listeners.size === 0) this.#end();
    await this.#allGone.promise;
    clearTimeout(isOver);
  }

  loaded(_host: TaskHost, names: readonly string[]): void {
    this.#firstLoaded.resolve(names);
    this.#place();
  }

  /** Nobody tries again by himself: the next task that comes does, or the next death of a host. */
  broken(_host: TaskHost, why: string): void {
    this.#firstLoaded.reject(new TasksUnusableError(why));
    this.setting.log('error', 'the tasks cannot be loaded', { why });
    if ([...this.#hosts].some((host) => host.takesCalls)) return;
    for (const executionId of [...this.#waiting.keys()]) {
      this.#waiting.delete(executionId);
      this.#listenerOf(executionId)?.unusable(`the agent's tasks cannot be loaded any more: ${why}`);
    }
  }

  began(executionId: string, at: Instant): void {
    this.#listeners.get(executionId)?.began(at);
  }

  aborted(executionId: string): void {
    this.#listeners.get(executionId)?.aborted();
  }

  settled(host: TaskHost, { call, startedAt }: HandedTask, how: Settled): void {
    this.#listenerOf(call.executionId)?.settled(how, startedAt);
    if (host.load === 0 && (host.isUnsound || this.#hosts.size > this.size)) host.kill('it had nothing left to do');
    if (this.#isClosed && this.#listeners.size === 0) this.#end();
    this.#place();
  }

  gone(host: TaskHost, held: readonly HandedTask[], why: string): void {
    this.#hosts.delete(host);
    for (const { call, isSent, isAborting, startedAt } of held) {
      if (!isSent && !this.#isClosed) {
        this.#waiting.set(call.executionId, call);
        continue;
      }
      const listener = this.#listenerOf(call.executionId);
      if (!isSent) listener?.withdrawn(why);
      else if (isAborting && host.wasKilledForStop) listener?.killed(startedAt);
      else listener?.lost(`the task host died: ${why}`, startedAt);
    }
    if (held.length > 0) this.setting.log('warn', 'a task host died', { taskHost: host.identity.pid, why, lost: held.map(({ call }) => call.executionId) });
    if (this.#isClosed && this.#hosts.size === 0) this.#allGone.resolve(undefined);
    if (host.hasLoaded && held.length > 0) this.#fill();
    else if (host.hasLoaded) setTimeout(() => this.#fill(), IDLE_DEATH_PAUSE_MS).unref();
    this.#place();
  }

  #listenerOf(executionId: string): TaskListener | undefined {
    const listener = this.#listeners.get(executionId);
    this.#listeners.delete(executionId);
    return listener;
  }

  #place(): void {
    for (const [executionId, call] of this.#waiting) {
      const host = this.#leastLoaded();
      if (host === undefined) return this.#makeRoom();
      this.#waiting.delete(executionId);
      host.call(call);
    }
  }

  #leastLoaded(): TaskHost | undefined {
    let least: TaskHost | undefined;
    for (const host of this.#hosts) if (host.takesCalls && (least === undefined || host.load < least.load)) least = host;
    return least;
  }

  #makeRoom(): void {
    if (![...this.#hosts].some((host) => host.isLoading) && this.#hosts.size < 2 * this.size) this.#start();
  }

  #fill(): void {
    while (this.#hosts.size < this.size && !this.#isClosed) this.#start();
  }

  #end(): void {
    for (const host of this.#hosts) host.kill('the agent was stopped');
    if (this.#hosts.size === 0) this.#allGone.resolve(undefined);
  }

  #start(): void {
    if (!this.#isClosed) this.#hosts.add(new TaskHost(this.setting, this));
  }
}
