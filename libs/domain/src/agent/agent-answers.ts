/** Whether an agent gets work. `absent`: nobody has enrolled with the name. That it is away just now is another matter, and changes nothing here. */
export type AgentDuty = 'absent' | 'in-service' | 'drained';

/** What is asked of an agent's duty, with all that may be answered. */
interface Answers {
  readonly DrainAgent: 'AgentDrained' | 'already so' | 'agent-not-found';
  readonly ResumeAgent: 'AgentResumed' | 'already so' | 'agent-not-found';
}

/** Both commands in every state; neither a new one nor a new state compiles without its place here. */
export const agentAnswers: { readonly [Duty in AgentDuty]: Answers } = {
  absent: { DrainAgent: 'agent-not-found', ResumeAgent: 'agent-not-found' },
  'in-service': { DrainAgent: 'AgentDrained', ResumeAgent: 'already so' },
  drained: { DrainAgent: 'already so', ResumeAgent: 'AgentResumed' },
};
