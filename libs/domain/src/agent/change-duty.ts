import type { AgentEvent } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';
import { type Decision, type Rejection, rejection } from '../rejection.js';
import { orderWords } from '../standing-order.js';
import { agentAnswers, type AgentDuty } from './agent-answers.js';
import type { Agent, AgentState } from './agent.state.js';
import { isInSession } from './silence.js';

/** What an operator saw when deciding: the process by its session, or which of several drains. */
export interface AgentExpectation {
  readonly session?: number | undefined;
  readonly drainedSince?: Instant | undefined;
}

interface OnAgent {
  readonly name: string;
  readonly expect?: AgentExpectation | undefined;
}

/** Whether the agent gets work. `DrainAgent` takes nothing away: what it has goes on, and stops still reach it. */
export type ChangeDuty =
  | (OnAgent & { readonly type: 'DrainAgent' | 'ResumeAgent' })
  /** `endedSession`: the newest session that the server knows to be over, also where only a start of the server ended it. */
  | (OnAgent & { readonly type: 'DeclareAgentLost'; readonly endedSession?: number | undefined });

/** The order of questions is that of every intervention: is it there, is it so already, is it as expected, is it possible? */
export function changeDuty(command: ChangeDuty, agent: AgentState): Decision<AgentEvent> {
  const { type, name, expect } = command;
  const answer = agentAnswers[dutyOf(agent)][type];
  if (agent === undefined || answer === 'agent-not-found') return rejection('agent-not-found', `there is no agent ${name}: nobody has enrolled with this name`);
  if (answer === 'already so') return [];
  const unexpected = notAsExpected(agent, expect);
  if (unexpected !== undefined) return unexpected;
  if (command.type === 'DeclareAgentLost' && isInSession(agent, command.endedSession)) {
    return rejection('agent-connected', `agent ${name} is connected, so that it is not lost: drain it, or stop it and its processes first`);
  }
  return [{ type: answer, data: {} }];
}

function dutyOf(agent: AgentState): AgentDuty {
  if (agent === undefined) return 'absent';
  if (agent.declaredLost !== undefined) return agent.drained === undefined ? 'declared-lost' : 'drained and declared-lost';
  return agent.drained === undefined ? 'in-service' : 'drained';
}

function notAsExpected({ name, session, drained }: Agent, expect: AgentExpectation | undefined): Rejection | undefined {
  if (expect?.session !== undefined && expect.session !== session?.number) {
    return rejection('not-as-expected', `the session of agent ${name} is ${session?.number ?? 'none yet'}, not ${expect.session}`);
  }
  if (expect?.drainedSince !== undefined && expect.drainedSince !== drained?.since) {
    return rejection('not-as-expected', `agent ${name} is ${drained === undefined ? 'not drained' : `drained ${orderWords(drained)}`}, not since ${expect.drainedSince}`);
  }
  return undefined;
}
