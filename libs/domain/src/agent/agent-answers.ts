/**
 * Whether an agent gets work. `absent`: nobody has enrolled with the name. That it is away just now is another matter; only who is away
 * can be declared lost, and a new session ends that, whatever else was ordered.
 */
export type AgentDuty = 'absent' | 'in-service' | 'drained' | 'declared-lost' | 'drained and declared-lost';

/** What is asked of an agent's duty, with all that may be answered. */
interface Answers {
  readonly DrainAgent: 'AgentDrained' | 'already so' | 'agent-not-found';
  readonly ResumeAgent: 'AgentResumed' | 'already so' | 'agent-not-found';
  readonly DeclareAgentLost: 'AgentDeclaredLost' | 'already so' | 'agent-not-found';
}

/** Every command in every state; neither a new one nor a new state compiles without its place here. */
export const agentAnswers: { readonly [Duty in AgentDuty]: Answers } = {
  absent: { DrainAgent: 'agent-not-found', ResumeAgent: 'agent-not-found', DeclareAgentLost: 'agent-not-found' },
  'in-service': { DrainAgent: 'AgentDrained', ResumeAgent: 'already so', DeclareAgentLost: 'AgentDeclaredLost' },
  drained: { DrainAgent: 'already so', ResumeAgent: 'AgentResumed', DeclareAgentLost: 'AgentDeclaredLost' },
  'declared-lost': { DrainAgent: 'AgentDrained', ResumeAgent: 'already so', DeclareAgentLost: 'already so' },
  'drained and declared-lost': { DrainAgent: 'already so', ResumeAgent: 'AgentResumed', DeclareAgentLost: 'already so' },
};
