import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DispatchFrame } from '#protocol/agent-link';
import { ExecutionKeeper } from '../src/executions/execution-keeper.js';
import type { KeeperLog } from '../src/executions/keeper-options.js';
import type { JournalOptions } from '../src/journal/agent-journal.js';
import { LINK_PACE, type LinkPace } from '../src/link/link-pace.js';

/** Fast enough for a test that waits for a fact, and slow enough that a spin shows. */
export const HURRIED: LinkPace = { ...LINK_PACE, heartbeatMs: 40, deadAfterMs: 250, retryMs: 20, firstPauseMs: 1, longestPauseMs: 20, lastingMs: 50 };

/** For what must not come by itself in the course of a test. */
export const NEVER_MS = 1_000_000;

/** What an agent has on disk, and what it logs, in a directory of the test's own. */
export class KeptAgent {
  readonly logged: { level: string; message: string; details: Record<string, unknown> }[] = [];
  onReport: () => void = () => undefined;
  readonly log: KeeperLog = (level, message, details = {}) => void this.logged.push({ level, message, details });

  private constructor(readonly dataDir: string) {}

  keeper!: ExecutionKeeper;

  static async open(journal: JournalOptions = {}): Promise<KeptAgent> {
    const agent = new KeptAgent(mkdtempSync(join(tmpdir(), 'kiroku-link-')));
    agent.keeper = await ExecutionKeeper.open({ dataDir: agent.dataDir, slots: 4, onReport: () => agent.onReport(), log: agent.log, journal });
    return agent;
  }

  /** Results without a process: a command that is empty is declined, durably, and that has to be reported like any end. */
  async declineSome(count: number, from = 1): Promise<string[]> {
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    await Promise.all(numbers.map((number) => this.keeper.offer(dispatchOf(number, [''], 1))));
    return numbers.map(executionOf);
  }

  pending(): string[] {
    return this.keeper.pendingReports().map(({ executionId }) => executionId);
  }

  logs(message: string): Record<string, unknown>[] {
    return this.logged.filter((line) => line.message.includes(message)).map(({ details }) => details);
  }

  async remove(): Promise<void> {
    await this.keeper.close();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function executionOf(number: number): string {
  return `run~job-${process.pid}~${number}`;
}

export function dispatchOf(number: number, command: string | string[], session: number): DispatchFrame {
  const spec = { executionId: executionOf(number), runId: 'run', jobId: 'job', attempt: 1, command, env: {} };
  return { kind: 'dispatch', session, position: String(number), spec };
}
