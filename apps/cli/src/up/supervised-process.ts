import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { deferred } from './deferred.js';
import { openLog } from './log-file.js';

const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 2000;
/** Who lived so long was well: the next restart is quick again. */
const WELL_AFTER_MS = 5000;

/** What to start and how to know that it is ready. */
export interface ProcessPlan {
  readonly name: string;
  /** The arguments of Node; asked anew at each start. */
  arguments(): readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where its stderr goes; undefined passes it on. */
  readonly log: string | undefined;
}

/** What its owner hears. `retryMs` is undefined when it was told to end. */
export interface ProcessListener {
  started(pid: number): void;
  line(text: string): void;
  died(death: { pid: number | undefined; how: string; retryMs: number | undefined }): void;
}

/**
 * One process that is kept alive: started, restarted with a back-off when it dies, and ended once.
 *
 *   idle --start--> running --dies--> waiting --back-off--> running
 *   running --stop--> stopping --dies--> stopped;  waiting --stop--> stopped
 */
export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private backOffMs = FIRST_BACK_OFF_MS;
  private stopping = false;
  private readonly whenStopped = deferred();

  constructor(
    private readonly plan: ProcessPlan,
    private readonly listener: ProcessListener,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    if (this.stopping) return;
    const startedMs = performance.now();
    const child = this.spawn();
    this.child = child;
    let over = false;
    const end = (how: string) => {
      // A process that cannot be started at all says `error` and perhaps `exit` as well.
      if (!over) this.ended(how, performance.now() - startedMs);
      over = true;
    };
    child.once('error', (error) => end(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => end(signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`));
    createInterface({ input: child.stdout! }).on('line', (text) => this.listener.line(text));
    if (child.pid !== undefined) this.listener.started(child.pid);
  }

  /** Told once, however often it is called; resolves when the process has ended. */
  stop(): Promise<void> {
    if (this.stopping) return this.whenStopped.promise;
    this.stopping = true;
    clearTimeout(this.timer);
    if (this.child === undefined) this.whenStopped.resolve();
    else this.child.kill('SIGTERM');
    return this.whenStopped.promise;
  }

  /** For one that does not end when it is told to. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** A group of its own, so that the terminal's Ctrl-C reaches only us and nobody is told twice. */
  private spawn(): ChildProcess {
    const { log, env, cwd } = this.plan;
    const stderr = log === undefined ? 'inherit' : openLog(log);
    try {
      return spawn(process.execPath, this.plan.arguments(), { cwd, env, detached: true, stdio: ['ignore', 'pipe', stderr] });
    } finally {
      if (typeof stderr === 'number') closeSync(stderr);
    }
  }

  private ended(how: string, livedMs: number): void {
    const pid = this.child?.pid;
    this.child = undefined;
    if (this.stopping) {
      this.listener.died({ pid, how, retryMs: undefined });
      return this.whenStopped.resolve();
    }
    if (livedMs >= WELL_AFTER_MS) this.backOffMs = FIRST_BACK_OFF_MS;
    const retryMs = this.backOffMs;
    this.backOffMs = Math.min(this.backOffMs * 2, LONGEST_BACK_OFF_MS);
    this.timer = setTimeout(() => this.start(), retryMs);
    this.listener.died({ pid, how, retryMs });
  }
}
