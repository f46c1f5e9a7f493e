import type { AgentEvent } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';
import { type Decision, type Rejection, rejection } from '../rejection.js';
import { orderWords } from '../standing-order.js';
import { agentAnswers, type AgentDuty } from './agent-answers.js';
import type { Agent, AgentState } from './agent.state.js';

/** What an operator saw when deciding: the process by its session, or which of several drains. */
export interface AgentExpectation {
  readonly session?: number | undefined;
  readonly drainedSince?: Instant | undefined;
}

/** Whether the agent gets work. `DrainAgent` takes nothing away: what it has goes on, and stops still reach it. */
export interface ChangeDuty {
  readonly type: 'DrainAgent' | 'ResumeAgent';
  readonly name: string;
  readonly expect?: AgentExpectation | undefined;
}

/** The order of questions is that of every intervention: is it there, is it so already, is it as expected? */
export function changeDuty({ type, name, expect }: ChangeDuty, agent: AgentState): Decision<AgentEvent> {
  const answer = agentAnswers[dutyOf(agent)][type];
  if (agent === undefined || answer === 'agent-not-found') return rejection('agent-not-found', `there is no agent ${name}: nobody has enrolled with this name`);
  if (answer === 'already so') return [];
  return notAsExpected(agent, expect) ?? [{ type: answer, data: {} }];
}

function dutyOf(agent: AgentState): AgentDuty {
  if (agent === undefined) return 'absent';
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
