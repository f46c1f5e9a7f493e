import { constants } from 'node:os';
import type { Output } from '#events/output';
import type { Instant } from '#events/vocabulary';
import type { Report } from '#protocol/agent-link';
import type { ExecutionName, HeldExecution, TerminalReport } from '../journal/journal-record.js';
import type { Ending } from './executor.port.js';

/**
 * Sequences come from the state, not from a counter, so that a restarted agent can never give a number to other content:
 *
 *   1 accepted ──▶ 2 started ──▶ 3 finished, lost, never-started, declined
 *                           └──▶ 3 orphaned ──▶ 4 finished, lost
 *
 * From when it has overrun its time-out, each is one higher.
 */
const ACCEPTED = 1;
const STARTED = 2;
const ORPHANED = 3;

/** All that is known of an execution. What the journal does not hold (`startedAt`) is read again from the files after a restart. */
export function reportOf(held: HeldExecution, startedAt: Instant | undefined): Report {
  if (held.ended !== undefined) return held.ended;
  const name = nameOf(held);
  const acceptedAt = held.acceptedAt as Instant;
  const overran = overranFact(held.overran);
  if (held.orphaned !== undefined) return { ...name, sequence: ORPHANED + overran.more, state: 'orphaned', ...began(acceptedAt, startedAt), ...overran.fact, reason: held.orphaned };
  if (startedAt !== undefined) return { ...name, sequence: STARTED + overran.more, state: 'started', acceptedAt, startedAt: notBefore(acceptedAt, startedAt), ...overran.fact };
  return { ...name, sequence: ACCEPTED, state: 'accepted', acceptedAt };
}

/** What an end is told beside how it came. */
export interface Before {
  readonly isOrphaned: boolean;
  readonly overranAt: Instant | undefined;
}

/** The sequence that the end of an execution gets. */
function terminalSequence({ isOrphaned, overranAt }: Before): number {
  return (isOrphaned ? ORPHANED + 1 : STARTED + 1) + overranFact(overranAt).more;
}

function overranFact(overranAt: Instant | undefined): { readonly more: 0 | 1; readonly fact: { readonly overranAt?: Instant } } {
  return overranAt === undefined ? { more: 0, fact: {} } : { more: 1, fact: { overranAt } };
}

/** An end without an exit code. */
export function endedWithout(state: 'never-started' | 'declined', name: ExecutionName, reason: string): TerminalReport {
  return { ...nameOf(name), sequence: terminalSequence({ isOrphaned: false, overranAt: undefined }), state, reason };
}

export function lostReport(held: HeldExecution, before: Before, startedAt: Instant | undefined, reason: string): TerminalReport {
  return { ...nameOf(held), sequence: terminalSequence(before), state: 'lost', ...began(held.acceptedAt, startedAt), ...overranFact(before.overranAt).fact, reason };
}

/** Of one that has not begun by a journal that has gone back. */
export function lostFromSight(held: HeldExecution): TerminalReport {
  return lostReport(held, { isOrphaned: false, overranAt: undefined }, undefined, 'this agent\'s journal is an older copy of itself: it may have begun, and ended, since');
}

/** Of one that the server said must not begin. */
export function calledOff(held: HeldExecution): TerminalReport {
  return endedWithout('never-started', held, 'it was withdrawn before it started: the log has its end, or it was called off');
}

export function finishedReport(held: HeldExecution, before: Before, { startedAt, exitCode, endedAt, durationMs, stoppedBy }: Ending, output: Output): TerminalReport {
  const signal = signalOf(exitCode);
  return {
    ...nameOf(held), sequence: terminalSequence(before), state: 'finished', ...began(held.acceptedAt, startedAt), ...overranFact(before.overranAt).fact,
    exitCode, ...(signal !== undefined && { signal }), finishedAt: notBefore(held.acceptedAt, endedAt),
    ...(durationMs !== undefined && { durationMs }), output, ...(stoppedBy !== undefined && { stoppedBy, ...(held.stopping?.timedOut === true && { timedOut: true as const }) }),
  };
}

/** By number; of two names of one number the first. */
const SIGNALS = new Map(Object.entries(constants.signals).reverse().map(([name, number]) => [number, name]));

/** A shell says 128 + n of a process that signal n ended; a program that exits so by itself cannot be told apart. */
function signalOf(exitCode: number): string | undefined {
  return SIGNALS.get(exitCode - 128);
}

function nameOf({ executionId, runId, jobId }: ExecutionName): ExecutionName {
  return { executionId, runId, jobId };
}

function began(acceptedAt: Instant | undefined, startedAt: Instant | undefined): { acceptedAt?: Instant; startedAt?: Instant } {
  return { ...(acceptedAt !== undefined && { acceptedAt }), ...(startedAt !== undefined && { startedAt: notBefore(acceptedAt, startedAt) }) };
}

/** Files get their times from a clock that lags some milliseconds behind the one the agent reads; a cause comes first. */
function notBefore(cause: Instant | undefined, effect: Instant): Instant {
  return cause !== undefined && cause > effect ? cause : effect;
}
