import { existsSync } from 'node:fs';
import type { CommandSpec } from '#protocol/agent-link';
import type { DeliveredSignal, HeldExecution } from '../../journal/journal-record.js';
import type { ExecutionStops } from '../execution-stops.js';
import type { ClaimedExecutor, Ending, ExecutionFact, TellFact, Watch } from '../executor.port.js';
import type { KeeperStep } from '../keeper-options.js';
import type { DirectoryPool } from './directory-pool.js';
import { ExecutionDirectory, type ResultFile, type StartedFile } from './execution-directory.js';
import type { LaunchSetting } from './launch.js';
import { summarise } from './output-summary.js';
import { ProcessWatch, type ProcessFact } from './process-watch.js';
import { whyNotTaken } from './spec-check.js';

export interface ProcessExecutorParts {
  /** Where the executions' directories lie. */
  readonly root: string;
  /** The root was not there when this agent came: what a former one ran has no directory any more. */
  readonly isRootFresh: boolean;
  readonly pool: DirectoryPool;
  readonly stops: ExecutionStops;
  readonly setting: LaunchSetting;
  readonly onStep: (step: KeeperStep, executionId: string) => void;
}

/** Nothing is left to look at. */
const OVER: Watch = { look: () => undefined, stop: () => undefined };

/** Runs commands as processes that outlive the agent. */
export class ProcessExecutor implements ClaimedExecutor<CommandSpec> {
  readonly whyNotTaken = whyNotTaken;

  constructor(private readonly parts: ProcessExecutorParts) {}

  begin(spec: CommandSpec, tell: TellFact): Watch {
    const { executionId } = spec;
    const directory = new ExecutionDirectory(this.parts.root, executionId);
    let isStopped = false;
    const watch = new ProcessWatch(directory, (fact) => tell(this.#factOf(directory, fact)));
    const stop = (): void => {
      isStopped = true;
      watch.stop();
    };
    const go = (): void => {
      if (isStopped) return;
      this.parts.onStep('placed', executionId);
      if (this.parts.stops.isWanted(executionId)) watch.attach();
      else watch.begin(spec, this.parts.setting);
      this.parts.onStep('spawned', executionId);
    };
    /** Without a directory no wrapper was ever spawned for it: there is nothing to claim. */
    const cannotBePlaced = (error: unknown): void => {
      if (isStopped) return;
      stop();
      tell({ kind: 'never-started', reason: `its directory cannot be made: ${error instanceof Error ? error.message : String(error)}` });
    };
    try {
      const placed = this.parts.pool.place(directory.path);
      if (placed === undefined) go();
      else placed.then(go).catch(cannotBePlaced);
    } catch (error) {
      cannotBePlaced(error);
    }
    return { look: () => watch.look(), stop };
  }

  resume(held: HeldExecution & { readonly spec: CommandSpec; readonly starting: string }, tell: TellFact): Watch {
    if (held.starting === this.parts.setting.bootId && !this.parts.isRootFresh) return this.begin(held.spec, tell);
    tell(held.starting === this.parts.setting.bootId
      ? { kind: 'lost', reason: 'its directory was removed while the agent was away', startedAt: undefined }
      : this.#factOfFormerBoot(new ExecutionDirectory(this.parts.root, held.executionId), held.starting));
    return OVER;
  }

  isUnclaimed(executionId: string): boolean {
    return !this.parts.isRootFresh && new ExecutionDirectory(this.parts.root, executionId).claim() === undefined;
  }

  claim(executionId: string): boolean {
    const directory = new ExecutionDirectory(this.parts.root, executionId);
    // Without a directory no wrapper was ever spawned for it.
    return !existsSync(directory.path) || directory.claimForAgent();
  }

  /** After a reboot only a result that was durable before it can tell more than that. */
  #factOfFormerBoot(directory: ExecutionDirectory, bootId: string): ExecutionFact {
    const started = directory.started();
    const result = directory.result();
    if (result !== undefined) return this.#ended(directory, started, result);
    const reason = `the host was rebooted before its end was known (boot ${bootId}, now ${this.parts.setting.bootId})`;
    return { kind: 'lost', reason, startedAt: started?.at };
  }

  #factOf(directory: ExecutionDirectory, fact: ProcessFact): ExecutionFact {
    switch (fact.kind) {
      case 'started': return { kind: 'started', at: fact.started.at, uptime: fact.started.uptime };
      case 'ended': return this.#ended(directory, fact.started, fact.result);
      case 'lost': return { ...fact, startedAt: undefined };
      case 'orphaned':
      case 'never-started':
        return fact;
    }
  }

  #ended(directory: ExecutionDirectory, started: StartedFile | undefined, result: ResultFile): ExecutionFact {
    return {
      kind: 'ended',
      ending: endingOf(started, result, this.parts.stops.signalsTo(directory)),
      output: async () => {
        const [stdout, stderr] = await Promise.all([summarise(directory.output('stdout')), summarise(directory.output('stderr'))]);
        return { stdout, stderr };
      },
    };
  }
}

function endingOf(started: StartedFile | undefined, result: ResultFile, signals: readonly DeliveredSignal[]): Ending {
  return {
    startedAt: started?.at,
    exitCode: result.exitCode,
    endedAt: result.at,
    durationMs: started && Math.max(0, Math.round((result.uptime - started.uptime) * 1000)),
    // A signal that came after the result was written met a process that had ended.
    stoppedBy: signals.filter(({ uptime }) => uptime <= result.uptime).at(-1)?.signal,
  };
}
