import type { AgentEvent } from '#events/agent.events';
import { by, fold, given } from '../../test-support/given.js';
import { operator, server } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import { type AgentCommand, agentDecider } from './agent.decider.js';
import type { Agent, AgentState } from './agent.state.js';
import type { AgentExpectation } from './change-duty.js';

type Sent = AgentCommand & { readonly context: FoldContext };
type History = Parameters<typeof given<AgentState, Sent, AgentEvent>> extends [unknown, ...infer Events] ? Events : never;

const maintenance: FoldContext = { ...operator('maintenance'), reason: 'new disks' };
const enrolled: AgentEvent = { type: 'AgentEnrolled', data: { agent: 'local', credentialHash: 'h1', tokenId: 't' } };
const rotated: AgentEvent = { type: 'AgentCredentialRotated', data: { credentialHash: 'h2', tokenId: 't' } };
const connected: AgentEvent = {
  type: 'AgentConnected',
  data: { agent: 'local', server: 's', slots: 2, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' },
};
const contactLost: AgentEvent = { type: 'AgentContactLost', data: { session: 1, reason: 'the connection ended' } };
const drained: AgentEvent = { type: 'AgentDrained', data: {} };
const resumed: AgentEvent = { type: 'AgentResumed', data: {} };

const givenAgent = (...history: History) => given<AgentState, Sent, AgentEvent>(agentDecider, ...history);
const stateAfter = (...history: History) => fold(agentDecider, ...history) as Agent;
const say = (type: 'DrainAgent' | 'ResumeAgent', expect?: AgentExpectation): Sent => ({ type, name: 'local', expect, context: operator(type) });

describe('an agent', () => {
  it.each([['is connected', [enrolled, connected]], ['is away', [enrolled, connected, contactLost]], ['has enrolled and never connected', [enrolled]]])('is drained when it %s', (_when, history) => {
    givenAgent(...history).when(say('DrainAgent')).then(drained);
    givenAgent(...history, drained).when(say('ResumeAgent')).then(resumed);
  });

  it('that gets work is resumed already', () => {
    givenAgent(enrolled, connected).when(say('ResumeAgent')).thenNothing();
    givenAgent(enrolled, drained, resumed).when(say('ResumeAgent')).thenNothing();
  });

  it('that nobody has enrolled is not there', () => {
    givenAgent().when(say('DrainAgent')).thenRejected('agent-not-found', /no agent local/);
    givenAgent().when(say('ResumeAgent')).thenRejected('agent-not-found');
  });

  it('stays drained whatever becomes of its sessions and its credential', () => {
    const { at, actor } = maintenance;
    const state = stateAfter(enrolled, connected, ...by(maintenance, drained), { event: contactLost, context: server('watch') }, rotated, connected);
    expect(state.drained).toEqual({ since: at, by: actor, reason: 'new disks' });
    expect(stateAfter(enrolled, drained, resumed)).not.toHaveProperty('drained');
  });

  it('that is drained may connect, lose contact and enrol again as ever', () => {
    const hello = { type: 'ConnectAgent', helloId: 'h', connected: false, hello: connected.data, context: server('h') } as Sent;
    givenAgent(enrolled, drained).when(hello).then(connected);
    givenAgent(enrolled, connected, drained).when({ type: 'LoseContact', session: 1, reason: 'the connection ended', context: server('watch') }).then(contactLost);
  });

  it('is drained only while the process is there that the operator saw', () => {
    givenAgent(enrolled, connected).when(say('DrainAgent', { session: 1 })).then(drained);
    givenAgent(enrolled, connected).when(say('DrainAgent', { session: 4 })).thenRejected('not-as-expected', /the session of agent local is 1, not 4/);
    givenAgent(enrolled).when(say('DrainAgent', { session: 1 })).thenRejected('not-as-expected', /none yet/);
  });

  it('is resumed only from the drain that the operator saw, not from a later one', () => {
    const later = '2026-11-23T08:00:00.000Z' as FoldContext['at'];
    givenAgent(enrolled, ...by(maintenance, drained)).when(say('ResumeAgent', { drainedSince: maintenance.at })).then(resumed);
    givenAgent(enrolled, ...by({ ...maintenance, at: later }, drained)).when(say('ResumeAgent', { drainedSince: maintenance.at }))
      .thenRejected('not-as-expected', /agent local is drained since 2026-11-23T08:00:00.000Z by mika \(new disks\), not since/);
  });

  it.each<[string, History]>([
    ['drained before it enrolled', [drained]], ['drained twice', [enrolled, drained, drained]], ['resumed without a drain', [enrolled, resumed]],
  ])('has a history that cannot be when it was %s', (_what, history) => {
    expect(() => stateAfter(...history)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
  });
});
