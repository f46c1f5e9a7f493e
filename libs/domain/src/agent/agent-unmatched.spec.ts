import type { AgentEvent } from '#events/agent.events';
import { fold, given } from '../../test-support/given.js';
import { server } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import { type AgentCommand, agentDecider } from './agent.decider.js';
import type { Agent, AgentState } from './agent.state.js';

type Sent = AgentCommand & { readonly context: FoldContext };

const enrolled: AgentEvent = { type: 'AgentEnrolled', data: { agent: 'local', credentialHash: 'h1', tokenId: 't' } };
const unmatched = (n: number, sequence = 3) =>
  ({ type: 'ReportUnmatched', data: { executionId: `gone~J~${n}`, sequence, why: 'there is no such run', report: { state: 'finished' } } }) as Extract<AgentEvent, { type: 'ReportUnmatched' }>;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => unmatched(index + 1));

const givenAgent = (...history: AgentEvent[]) => given<AgentState, Sent, AgentEvent>(agentDecider, ...history);
const record = ({ data }: ReturnType<typeof unmatched>): Sent => ({ type: 'RecordUnmatched', report: data, context: server('report') });

describe('a report that fits no run', () => {
  it('is recorded, and a repeat of it is not; another word about the same execution is', () => {
    givenAgent(enrolled).when(record(unmatched(1))).then(unmatched(1));
    givenAgent(enrolled, unmatched(1)).when(record(unmatched(1))).thenNothing();
    givenAgent(enrolled, unmatched(1)).when(record(unmatched(1, 4))).then(unmatched(1, 4));
  });

  it('is remembered over the next 999 others, and recorded once more after that', () => {
    givenAgent(enrolled, ...upTo(1_000)).when(record(unmatched(1))).thenNothing();
    givenAgent(enrolled, ...upTo(1_001)).when(record(unmatched(1))).then(unmatched(1));
    givenAgent(enrolled, ...upTo(1_001)).when(record(unmatched(2))).thenNothing();
  });

  it('counts when it is forgotten too, and takes no more room', () => {
    const agent = fold(agentDecider, enrolled, ...upTo(1_500)) as Agent;
    expect([agent.unmatchedCount, agent.unmatched.size]).toEqual([1_500, 1_000]);
  });
});
