import type { AgentEvent } from '#events/agent.events';
import { by, fold, given } from '../../test-support/given.js';
import { operator, server } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import { type AgentCommand, agentDecider } from './agent.decider.js';
import type { Agent, AgentState } from './agent.state.js';
import type { AgentExpectation } from './change-duty.js';

type Sent = AgentCommand & { readonly context: FoldContext };
type History = Parameters<typeof given<AgentState, Sent, AgentEvent>> extends [unknown, ...infer Events] ? Events : never;

const SINCE = '2026-11-22T20:00:00.000Z' as FoldContext['at'];
const enrolled: AgentEvent = { type: 'AgentEnrolled', data: { agent: 'local', credentialHash: 'h1', tokenId: 't' } };
const connected: AgentEvent = {
  type: 'AgentConnected',
  data: { agent: 'local', server: 's', slots: 2, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' },
};
const contactLost = (session = 1): AgentEvent => ({ type: 'AgentContactLost', data: { session, reason: 'the connection ended' } });
const unreachable = (session?: number): AgentEvent => ({ type: 'AgentUnreachable', data: { ...(session === undefined ? {} : { session }), silentSince: SINCE } });
const declaredLost: AgentEvent = { type: 'AgentDeclaredLost', data: {} };
const drained: AgentEvent = { type: 'AgentDrained', data: {} };
const resumed: AgentEvent = { type: 'AgentResumed', data: {} };

const givenAgent = (...history: History) => given<AgentState, Sent, AgentEvent>(agentDecider, ...history);
const stateAfter = (...history: History) => fold(agentDecider, ...history) as Agent;
const silence = (session?: number, silentSince = SINCE): Sent => ({ type: 'RecordUnreachable', session, silentSince, context: server('watch') });
const declare = (endedSession?: number, expect?: AgentExpectation): Sent => ({ type: 'DeclareAgentLost', name: 'local', endedSession, expect, context: operator('declare') });

describe('an agent that is silent for longer than its grace', () => {
  it('is unreachable, once a silence, whether its own session ended, its server started anew, or it never had one', () => {
    givenAgent(enrolled, connected, contactLost()).when(silence(1)).then(unreachable(1));
    givenAgent(enrolled, connected).when(silence(1)).then(unreachable(1));
    givenAgent(enrolled).when(silence()).then(unreachable());
    givenAgent(enrolled, connected, unreachable(1)).when(silence(1, '2026-11-22T21:00:00.000Z' as FoldContext['at'])).thenNothing();
  });

  it('is not unreachable when a session has begun at the same moment, and is again when that one is silent', () => {
    givenAgent(enrolled, connected, contactLost(), connected).when(silence(1)).thenNothing();
    givenAgent(enrolled, connected).when(silence()).thenNothing();
    givenAgent(enrolled, connected, unreachable(1), connected, contactLost(3)).when(silence(3)).then(unreachable(3));
  });

  it('is not there when nobody has enrolled it', () => {
    givenAgent().when(silence(1)).thenNothing();
  });

  it('is judged by what the command carries, whatever the hour', () => {
    const late: Sent = { ...silence(1), context: { ...server('watch'), at: '1999-01-01T00:00:00.000Z' as FoldContext['at'] } };
    givenAgent(enrolled, connected, contactLost()).when(late).then(unreachable(1));
  });

  it('keeps what was ordered of it, and a session that ends later for its old server', () => {
    expect(stateAfter(enrolled, connected, drained, unreachable(1), contactLost())).toMatchObject({ unreachable: true, drained: { since: SINCE } });
  });

  it.each<[string, History]>([['twice', [enrolled, unreachable(), unreachable()]], ['after another session', [enrolled, connected, unreachable(7)]]])('has a history that cannot be when it became so %s', (_what, history) => {
    expect(() => stateAfter(...history)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
  });
});

describe('an agent that an operator declares lost', () => {
  it.each<[string, History, number | undefined]>([
    ['its session has ended', [enrolled, connected, contactLost()], undefined], ['a start of the server ended its session', [enrolled, connected], 1],
    ['it never had a session', [enrolled], undefined], ['it is unreachable', [enrolled, connected, unreachable(1)], 1], ['it is drained', [enrolled, drained], undefined],
  ])('is so when %s', (_when, history, ended) => {
    givenAgent(...history).when(declare(ended)).then(declaredLost);
  });

  it('is not lost while it is connected, also when its session began after the operator looked', () => {
    givenAgent(enrolled, connected).when(declare()).thenRejected('agent-connected', /agent local is connected, so that it is not lost: drain it, or stop it/);
    givenAgent(enrolled, connected, contactLost(), connected).when(declare(1)).thenRejected('agent-connected');
  });

  it('is so already the second time, and is not there when nobody has enrolled it', () => {
    givenAgent(enrolled, declaredLost).when(declare()).thenNothing();
    givenAgent().when(declare()).thenRejected('agent-not-found', /no agent local/);
  });

  it('is declared lost only while its last process is the one that the operator saw', () => {
    givenAgent(enrolled, connected).when(declare(1, { session: 1 })).then(declaredLost);
    givenAgent(enrolled, connected).when(declare(1, { session: 4 })).thenRejected('not-as-expected');
  });

  it('is back with its next session, drained if it was drained, and can be lost again', () => {
    const why = { ...operator('declare'), reason: 'the host burned down' };
    expect(stateAfter(enrolled, ...by(why, declaredLost)).declaredLost).toEqual({ since: why.at, by: why.actor, reason: 'the host burned down' });
    const back = stateAfter(enrolled, connected, drained, declaredLost, connected);
    expect(back).not.toHaveProperty('declaredLost');
    expect(back).toMatchObject({ drained: { since: SINCE }, unreachable: false });
    givenAgent(enrolled, connected, declaredLost, connected, contactLost(3)).when(declare()).then(declaredLost);
  });

  it('may be drained meanwhile and resumed from that, which brings it back for nobody', () => {
    const say = (type: 'DrainAgent' | 'ResumeAgent'): Sent => ({ type, name: 'local', context: operator(type) });
    givenAgent(enrolled, declaredLost).when(say('DrainAgent')).then(drained);
    givenAgent(enrolled, declaredLost, drained).when(say('DrainAgent')).thenNothing();
    givenAgent(enrolled, declaredLost, drained).when(say('ResumeAgent')).then(resumed);
    givenAgent(enrolled, declaredLost).when(say('ResumeAgent')).thenNothing();
    expect(stateAfter(enrolled, declaredLost, drained, resumed)).toHaveProperty('declaredLost');
  });

  it('has a history that cannot be when it was so twice', () => {
    expect(() => stateAfter(enrolled, declaredLost, declaredLost)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
  });
});
