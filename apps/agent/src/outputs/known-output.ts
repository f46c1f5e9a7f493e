import type { OutputSummary } from '#events/output';
import type { OutputStream } from '#protocol/outputs';
import { ExecutionDirectory } from '../executions/process/execution-directory.js';
import type { JournalState } from '../journal/journal-state.js';

/**
 * Where the output of an execution lies, and how far it is.
 *
 *   open ── the wrapper has written the result ──▶ ending ── summarised, durable ──▶ ended ── the server has it ──▶ forgotten
 *
 * In `ending` what is in the file may be more than what will count: left-over processes write on, and the result says how much is the job's.
 */
export interface KnownOutput {
  readonly phase: 'open' | 'ending' | 'ended' | 'forgotten';
  readonly path: (stream: OutputStream) => string;
  /** What the result says of it; undefined without one, and of forgotten executions. */
  readonly recorded: (stream: OutputStream) => OutputSummary | undefined;
}

/**
 * Only of executions that the journal knows, so that a path is never made of what somebody sent. A directory belongs to the one execution it
 * is named after: an id is started once, and spare directories are made new, never used again.
 */
export function knownOutput(root: string, { held, forgotten }: JournalState, executionId: string): KnownOutput | undefined {
  const execution = held.get(executionId);
  if (execution === undefined && !forgotten.has(executionId)) return undefined;
  const directory = new ExecutionDirectory(root, executionId);
  const report = execution?.ended;
  const openPhase = () => (directory.result() === undefined ? 'open' : 'ending');
  return {
    phase: execution === undefined ? 'forgotten' : report === undefined ? openPhase() : 'ended',
    path: (stream) => directory.output(stream),
    recorded: (stream) => (report?.state === 'finished' ? report.output[stream] : undefined),
  };
}
