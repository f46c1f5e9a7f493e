import type { DeliveredSignal } from '../../journal/journal-record.js';
import type { ExecutionDirectory } from './execution-directory.js';
import { huntDown, type ProcessIdentity, type Quarry } from './proc.js';

/** Between two passes a process may have made another; one that forks faster than this is nobody's descendant by accident. */
const MOST_PASSES = 5;

interface Hunted extends Quarry {
  readonly signal: DeliveredSignal['signal'];
  readonly onFound: () => void;
}

/**
 * Signals descendants of jobs wherever they went: other groups, other sessions. A pass reads all of /proc, so that everything
 * asked for in one turn of the loop shares it: a thousand jobs may be stopped at once.
 */
export class StrayHunt {
  readonly #wanted = new Map<string, Hunted>();
  #turn: NodeJS.Immediate | undefined;

  /** @param onFound called once when a process got the signal */
  signal(directory: ExecutionDirectory, job: ProcessIdentity, signal: DeliveredSignal['signal'], onFound: () => void = () => undefined): void {
    const { executionId, life } = directory;
    const claim = directory.claim();
    this.#wanted.set(executionId, { executionId, fifo: life, wrapper: claim?.by === 'wrapper' ? claim.wrapper.pid : undefined, job, signal, onFound });
    this.#turn ??= setImmediate(() => this.#hunt());
  }

  close(): void {
    clearImmediate(this.#turn);
  }

  #hunt(): void {
    this.#turn = undefined;
    let wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    const met = new Set<Hunted>();
    for (let pass = 1; wanted.length > 0 && pass <= MOST_PASSES; pass++) {
      const found = new Set<Hunted>();
      huntDown(wanted, (hunted, pid) => { if (sent(pid, hunted.signal)) found.add(hunted); });
      for (const hunted of found) met.add(hunted);
      // Who got SIGTERM may live on: only after SIGKILL another pass shows somebody new.
      wanted = [...found].filter(({ signal }) => signal === 'SIGKILL');
    }
    for (const { onFound } of met) onFound();
  }
}

function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
