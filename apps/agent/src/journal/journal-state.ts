import type { Receipt } from '#events/agent.events';
import type { HeldExecution, JournalRecord, JournalSnapshot, SessionRecord, StopRequest } from './journal-record.js';
import { NewestNames } from './newest-names.js';

/** More processes than that come and go without a session only where one ends again and again. */
const REMEMBERED_PROCESSES = 32;

/** How many forgotten executions are still known by name; older ones are covered by `servedUpTo`. */
export const REMEMBERED_FORGOTTEN = 10_000;

/**
 * What the journal says: the fold of its durable records, and of nothing else.
 *
 *   (nothing) ── accepted ──▶ accepted ── starting ──▶ starting ── orphaned ──▶ orphaned
 *       │                        │                        │                        │
 *       └── refused, ended ──────┴──────── ended ─────────┴────────────────────────┴──▶ ended ── forgotten ──▶ (a name)
 *
 * `stopping`, `signalled` and `overran` stand beside that: they say what is done about an open execution, and nothing about one that has ended.
 */
export interface JournalState {
  readonly journalId: string;
  servedUpTo: string;
  receipt: Receipt | undefined;
  session: number | undefined;
  epoch: number;
  /** The processes that have opened the journal since the session that it knows of, its own one first: ids, the newest 32. */
  openedBy: readonly string[];
  /** In the order of their acceptance. */
  readonly held: Map<string, HeldExecution>;
  /** The newest forgotten ids, oldest first. */
  readonly forgotten: NewestNames;
  /** Cancelled before their dispatch was seen: execution id and the cancel's position. */
  readonly refusals: Map<string, string>;
}

export function emptySnapshot(journalId: string): JournalSnapshot {
  return { type: 'snapshot', journalId, servedUpTo: '0', held: [], forgotten: [], refusals: [] };
}

export function stateOf(snapshot: JournalSnapshot): JournalState {
  return {
    journalId: snapshot.journalId,
    servedUpTo: snapshot.servedUpTo,
    receipt: snapshot.receipt,
    session: snapshot.session,
    epoch: snapshot.epoch ?? 0,
    openedBy: snapshot.openedBy ?? [],
    held: new Map(snapshot.held.map((execution) => [execution.executionId, execution])),
    forgotten: new NewestNames(REMEMBERED_FORGOTTEN, snapshot.forgotten),
    refusals: new Map(snapshot.refusals),
  };
}

export function snapshotOf(state: JournalState): JournalSnapshot {
  return {
    type: 'snapshot',
    journalId: state.journalId,
    servedUpTo: state.servedUpTo,
    ...(state.receipt !== undefined && { receipt: state.receipt }),
    ...(state.session !== undefined && { session: state.session }),
    ...(state.epoch > 0 && { epoch: state.epoch }),
    ...(state.openedBy.length > 0 && { openedBy: state.openedBy }),
    held: [...state.held.values()],
    forgotten: [...state.forgotten],
    refusals: [...state.refusals],
  };
}

/** Takes one durable record in; throws where the record cannot follow what came before it. */
export function evolve(state: JournalState, record: JournalRecord): void {
  switch (record.type) {
    case 'accepted': {
      const { spec, acceptedAt, starting } = record;
      const { executionId, runId, jobId } = spec;
      mustBe(!state.held.has(executionId), record, 'is held already');
      state.held.set(executionId, { executionId, runId, jobId, spec, acceptedAt, ...(starting !== undefined && { starting }) });
      return served(state, record.position);
    }
    case 'starting':
      return change(state, record.executionId, record, (held) => ({ ...held, starting: record.bootId }));
    case 'orphaned':
      return change(state, record.executionId, record, (held) => ({ ...held, orphaned: record.reason }));
    case 'stopping': {
      return whileOpen(state, record.executionId, (held) => ({ ...held, stopping: stoppingAfter(held.stopping, record) }));
    }
    case 'overran':
      return whileOpen(state, record.executionId, (held) => ({ ...held, overran: record.at }));
    case 'signalled': {
      const { signal, uptime } = record;
      return whileOpen(state, record.executionId, (held) => ({ ...held, signalled: [...held.signalled ?? [], { signal, uptime }] }));
    }
    case 'ended':
      end(state, record);
      return record.position === undefined ? undefined : served(state, record.position);
    case 'refused':
      end(state, record);
      if (isAfter(record.position, state.servedUpTo)) state.refusals.set(record.report.executionId, record.position);
      return;
    case 'forgotten':
      return forget(state, record);
    case 'served':
      return served(state, record.position);
    case 'opened':
      state.openedBy = [...state.openedBy, record.by].slice(-REMEMBERED_PROCESSES);
      return;
    case 'session':
      return sessionBegan(state, record);
  }
}

/** A time-out that comes after a server's word changes nothing; a server's word after it is the newer wish. */
function stoppingAfter(before: StopRequest | undefined, { position, graceSeconds, timedOut }: StopRequest): StopRequest {
  if (before !== undefined && timedOut === true) return before;
  return { position, graceSeconds, ...((timedOut ?? before?.timedOut) === true && { timedOut: true }) };
}

function sessionBegan(state: JournalState, { session, epoch, anew }: SessionRecord): void {
  state.session = session;
  state.openedBy = state.openedBy.slice(-1);
  state.epoch = epoch ?? state.epoch;
  if (anew === undefined) return;
  // Both may name what the log has never heard of; from here on they do again what they are for.
  state.receipt = undefined;
  state.servedUpTo = anew;
}

/** Positions are decimal strings of up to 20 digits, more than a number holds. */
export function isAfter(one: string, other: string): boolean {
  // Digits of one length stand in the order of their numbers, which is most cases and a tenth of the time.
  return one.length === other.length ? one > other : BigInt(one) > BigInt(other);
}

/** The specification is dropped: nothing will be started from it any more. */
function end(state: JournalState, record: Extract<JournalRecord, { type: 'ended' | 'refused' }>): void {
  const { executionId, runId, jobId } = record.report;
  const held = state.held.get(executionId);
  mustBe(held?.ended === undefined, record, 'has ended already');
  const { spec: _spec, ...rest } = held ?? { executionId, runId, jobId };
  state.held.set(executionId, { ...rest, ended: record.report });
}

function forget(state: JournalState, record: Extract<JournalRecord, { type: 'forgotten' }>): void {
  mustBe(state.held.get(record.executionId)?.ended !== undefined, record, 'has not ended');
  state.held.delete(record.executionId);
  state.forgotten.add(record.executionId);
  if (state.receipt === undefined || isAfter(record.receipt.position, state.receipt.position)) state.receipt = record.receipt;
}

/** A dispatch stands before the cancel that names it in the log, so a refusal at or below `servedUpTo` has nothing left to refuse. */
function served(state: JournalState, position: string): void {
  if (!isAfter(position, state.servedUpTo)) return;
  state.servedUpTo = position;
  for (const [executionId, cancelledAt] of state.refusals) {
    if (!isAfter(cancelledAt, position)) state.refusals.delete(executionId);
  }
}

function change(state: JournalState, executionId: string, record: JournalRecord, to: (held: HeldExecution) => HeldExecution): void {
  const held = state.held.get(executionId);
  if (held === undefined || held.ended !== undefined) throw new ImpossibleRecordError(record, 'is not open');
  state.held.set(executionId, to(held));
}

/** The end may have been on its way to the journal when such a record followed it: then there is nothing left to say. */
function whileOpen(state: JournalState, executionId: string, to: (held: HeldExecution) => HeldExecution): void {
  const held = state.held.get(executionId);
  if (held !== undefined && held.ended === undefined) state.held.set(executionId, to(held));
}

function mustBe(condition: boolean, record: JournalRecord, what: string): asserts condition {
  if (!condition) throw new ImpossibleRecordError(record, what);
}

/** A record that cannot follow those before it: our own mistake or a forged file, never a crash. */
export class ImpossibleRecordError extends Error {
  override readonly name = 'ImpossibleRecordError';
  constructor(record: JournalRecord, what: string) {
    const id = 'executionId' in record ? record.executionId : 'report' in record ? record.report.executionId : 'spec' in record ? record.spec.executionId : '';
    super(`a record '${record.type}' is impossible: ${id} ${what}`);
  }
}
