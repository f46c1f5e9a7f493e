import type { RunEvent, RunEventOf, RunEventType } from '#events/run.events';
import type { Actor, Instant } from '#events/vocabulary';
import type { FoldContext } from '../../decider.js';

/** What a person, or a policy written in the job, last decided about a job. For people: no rule asks for it. */
export interface JobDecision {
  readonly decision: (typeof decisions)[keyof typeof decisions];
  readonly at: Instant;
  readonly actor: Actor;
  readonly reason?: string;
  readonly ticket?: string;
  /** Where that decided; the actor is then whose fact called for it. */
  readonly policy?: 'onLost' | 'onUnknown' | 'retry' | 'deadline' | 'timeout';
}

const decisions = {
  JobSkipped: 'skip', JobStopRequested: 'stop', JobHeld: 'hold', JobReleased: 'release', JobRerunRequested: 'rerun', JobOutcomeSettled: 'settle',
  LateResultAdopted: 'adopt', ExecutionAbandoned: 'abandon', JobFailedByPolicy: 'fail',
} as const satisfies Partial<Record<RunEventType, string>>;

type DecisionEvent = RunEventOf<keyof typeof decisions>;

export function isDecision(event: RunEvent): event is DecisionEvent {
  return event.type in decisions;
}

export function decisionIn(event: DecisionEvent, { at, actor, reason, ticket }: FoldContext): JobDecision {
  const policy = 'policy' in event.data ? event.data.policy : undefined;
  return {
    decision: decisions[event.type], at, actor,
    ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }), ...(policy === undefined ? {} : { policy }),
  };
}
