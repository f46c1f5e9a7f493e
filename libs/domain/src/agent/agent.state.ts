import type { AgentProcess, Receipt } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';
import type { StandingOrder } from '../standing-order.js';

/** A session: from a hello until the connection ends, is superseded, or its server starts anew. */
export interface AgentSession {
  readonly number: number;
  readonly server: string;
  readonly connectedAt: Instant;
  /** The hello that began it: a repeat of it begins nothing. */
  readonly helloId: string;
  readonly journalId: string;
  readonly journalSequence: number;
  readonly slots: number;
  readonly receipt?: Receipt | undefined;
  /** Which process it is: a copy of an agent's directory continues its chain, and is still somebody else. */
  readonly host: string;
  readonly pid: number;
  readonly bootId: string;
  readonly version: string;
  readonly process?: AgentProcess | undefined;
  /** The processes that the journal knew, this one among them unless the journal could not be written. */
  readonly openedBy?: readonly string[] | undefined;
  /** The newest session that this journal is known to have known. */
  readonly previousSession?: number | undefined;
  /** The newest session of this journal before which nothing that the agent was told counts as told, and the epoch that it began in. */
  readonly anew?: { readonly session: number; readonly epoch: number } | undefined;
  readonly endedAt?: Instant;
}

export interface Agent {
  readonly name: string;
  readonly credentialHash: string;
  readonly enrolledAt: Instant;
  /** The newest session; `endedAt` tells whether it is over as far as the agent's own stream knows. */
  readonly session?: AgentSession;
  /** The newest hellos that began a session. One that comes again tells of an agent that is not so any more. */
  readonly hellos: ReadonlySet<string>;
  /** Of the newest processes: the newest hello of each that began a session. */
  readonly processes: ReadonlyMap<string, number>;
  /** Who was turned away while this session lived, so that one who keeps trying is on record once, and all of them a bounded number of times. */
  readonly refused?: ReadonlySet<string>;
  /** The newest reports that fit no run, by execution and sequence, so that a repeat records nothing. */
  readonly unmatched: ReadonlySet<string>;
  /** How many were ever recorded. */
  readonly unmatchedCount: number;
  /** The order that keeps work from it. Sessions come and go under it, and so do credentials. */
  readonly drained?: StandingOrder;
  /** The word of a person that no process of it is left. The next session ends it. */
  readonly declaredLost?: StandingOrder;
  /** Its silence is on record. The next session ends it. */
  readonly unreachable: boolean;
  readonly revision: number;
}

export type AgentState = Agent | undefined;
