import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { CommandSpec } from '#protocol/agent-link';
import { hasWriter } from '../../journal/data-directory-lock.js';
import type { Claim, ExecutionDirectory, ResultFile, StartedFile } from './execution-directory.js';
import { spawnWrapper, type LaunchSetting } from './launch.js';
import { LifeLine } from './life-line.js';
import { findProcessesOf, isAlive } from './proc.js';

/** What became of a process. The last three are final; nothing comes after them. */
export type ProcessFact =
  | { readonly kind: 'started'; readonly started: StartedFile }
  | { readonly kind: 'orphaned'; readonly reason: string }
  | { readonly kind: 'ended'; readonly result: ResultFile; readonly started: StartedFile | undefined }
  | { readonly kind: 'never-started'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** How the wrapper ends when it cannot write what it has to before the command gets control. */
const CANNOT_WRITE = 75;

/**
 * Watches one execution on the boot it was started on, its own child or one that a former agent left. Whatever wakes it (the
 * FIFO, the exit of its child, the slow poll), it looks at the same files and says what they say; each fact once.
 */
export class ProcessWatch {
  readonly #lifeLine: LifeLine;
  #child: ChildProcess | undefined;
  /** Why our own wrapper is not there any more. */
  #childEnd = 'no wrapper is left';
  /** Until then there may be no directory yet, which says nothing. */
  #hasBegun = false;
  #toldStarted = false;
  #toldOrphaned = false;
  #isOver = false;

  constructor(private readonly directory: ExecutionDirectory, private readonly onFact: (fact: ProcessFact) => void) {
    this.#lifeLine = new LifeLine(directory.life, () => this.look());
  }

  /** Spawns a wrapper unless one has claimed the execution already, and watches. The directory is in place. */
  begin(spec: CommandSpec, setting: LaunchSetting): void {
    this.#hasBegun = true;
    this.#lifeLine.open();
    if (this.directory.result() === undefined && this.directory.claim() === undefined) this.#spawn(spec, setting);
    this.look();
  }

  /** Watches what a wrapper has claimed; where none has, none ever will. The directory is in place. */
  attach(): void {
    this.#hasBegun = true;
    this.#childEnd = 'it was stopped';
    this.#lifeLine.open();
    this.look();
  }

  look(): void {
    if (this.#isOver || !this.#hasBegun) return;
    this.#tellStarted();
    const fact = this.#judgeOrWait();
    if (fact === undefined || (fact.kind === 'orphaned' && this.#toldOrphaned)) return this.#lifeLine.open();
    this.#toldOrphaned = fact.kind === 'orphaned';
    if (fact.kind !== 'orphaned') this.stop();
    this.onFact(fact);
  }

  /** Stops watching; the process goes on. */
  stop(): void {
    this.#isOver = true;
    this.#lifeLine.close();
  }

  #spawn(spec: CommandSpec, setting: LaunchSetting): void {
    try {
      this.#child = spawnWrapper(this.directory, spec, setting);
    } catch (error) {
      this.#childEnd = `no process could be made: ${error instanceof Error ? error.message : String(error)}`;
      return;
    }
    this.#child.once('error', (error) => this.#childIsGone(`no process could be made: ${error.message}`));
    this.#child.once('exit', (code, signal) => this.#childIsGone(`its wrapper ended with ${signal ?? code ?? 'nothing'}${code === CANNOT_WRITE ? ' (it could not write its files: is the disk full?)' : ''}`));
  }

  #childIsGone(how: string): void {
    this.#child = undefined;
    this.#childEnd = how;
    this.look();
  }

  #tellStarted(): void {
    const started = this.#toldStarted ? undefined : this.#startedNow();
    if (started === undefined) return;
    this.#toldStarted = true;
    this.onFact({ kind: 'started', started });
  }

  #startedNow(): StartedFile | undefined {
    try {
      return this.directory.started();
    } catch {
      return undefined;
    }
  }

  /** No descriptor or no space for a look now: the next poll looks again. */
  #judgeOrWait(): ProcessFact | undefined {
    try {
      return this.#judge();
    } catch {
      return undefined;
    }
  }

  #judge(): ProcessFact | undefined {
    const ended = this.#ended();
    if (ended !== undefined || this.#child !== undefined) return ended;
    if (!existsSync(this.directory.path)) return this.#hasProcesses() ? undefined : { kind: 'lost', reason: 'its directory was removed, with all that it left' };
    if (this.directory.claim() === undefined && this.directory.claimForAgent()) return { kind: 'never-started', reason: this.#childEnd };
    const claim = this.directory.claim();
    if (claim?.by === 'agent') return { kind: 'never-started', reason: this.#childEnd };
    if (isWorking(claim)) return undefined;
    const hasProcesses = this.#hasProcesses();
    // The wrapper may have written it after the first look and before it ended.
    const late = this.#ended();
    if (late !== undefined) return late;
    if (hasProcesses) return claim?.by === 'incomplete' ? undefined : { kind: 'orphaned', reason: 'its wrapper is gone, processes of it are left; nobody will see how they end' };
    if (this.directory.started() !== undefined) return { kind: 'lost', reason: 'its wrapper and all its processes are gone and left no result' };
    return { kind: 'never-started', reason: `${this.#childEnd} before the command got control` };
  }

  #ended(): ProcessFact | undefined {
    const result = this.directory.result();
    return result === undefined ? undefined : { kind: 'ended', result, started: this.directory.started() };
  }

  #hasProcesses(): boolean {
    return hasWriter(this.directory.life) || findProcessesOf(this.directory.executionId, this.directory.started()?.job.pid).length > 0;
  }
}

/** The wrapper is there: a result is to come. */
export function isWorking(claim: Claim | undefined): boolean {
  return claim?.by === 'wrapper' && isAlive(claim.wrapper);
}
