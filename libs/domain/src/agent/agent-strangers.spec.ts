import type { AgentEvent } from '#events/agent.events';
import { fold } from '../../test-support/given.js';
import { server } from '../../test-support/run-commands.js';
import { agentDecider } from './agent.decider.js';
import type { AgentState } from './agent.state.js';
import { STRANGERS_ON_RECORD } from './strangers.js';

const facts = { agent: 'local', server: 's', slots: 2, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' };
const enrolled: AgentEvent = { type: 'AgentEnrolled', data: { agent: 'local', credentialHash: 'h1', tokenId: 't' } };
const connected: AgentEvent = { type: 'AgentConnected', data: facts };
const refusedBefore = (host: string): AgentEvent => ({ type: 'AgentConnectionRefused', data: { journalId: 'j', journalSequence: 0, servedUpTo: '0', host, pid: 2, reason: 'r' } });

/** Each of them is refused; answers what that put on record. */
function tries(...strangers: { readonly host: string; readonly pid: number }[]) {
  return triesAfter(fold(agentDecider, enrolled, connected), strangers);
}

function triesAfter(before: AgentState, strangers: readonly { readonly host: string; readonly pid: number }[]) {
  let agent = before;
  return strangers.flatMap((stranger, index) => {
    const decided = agentDecider.decide({ type: 'ConnectAgent', helloId: `try-${index}`, connected: 'here', hello: { ...facts, ...stranger } }, agent);
    if (!Array.isArray(decided)) throw new Error('refused otherwise');
    agent = decided.reduce<AgentState>((state, event) => agentDecider.evolve(state, event as AgentEvent, server(`try-${index}`)), agent);
    return decided.map((event) => (event as Extract<AgentEvent, { type: 'AgentConnectionRefused' }>).data);
  });
}

describe('strangers with an agent\'s name', () => {
  it('that take turns are on record once each', () => {
    const turns = Array.from({ length: 50 }, (_, index) => ({ host: `host-${index % 3}`, pid: 7 }));
    expect(tries(...turns).map(({ host }) => host)).toEqual(['host-0', 'host-1', 'host-2']);
  });

  it('are named up to a bound, the last one with the word that no more follow', () => {
    const restarts = Array.from({ length: 500 }, (_, index) => ({ host: 'h2', pid: index + 2 }));
    const named = tries(...restarts);
    expect(named).toHaveLength(STRANGERS_ON_RECORD);
    const says = named.map(({ reason }) => reason.includes('not put on record any more'));
    expect(says).toEqual([...Array.from({ length: STRANGERS_ON_RECORD - 1 }, () => false), true]);
  });

  it('are named anew in the next session', () => {
    const full = fold(agentDecider, enrolled, connected, ...Array.from({ length: STRANGERS_ON_RECORD }, (_, index) => refusedBefore(`host-${index}`)));
    expect(triesAfter(full, [{ host: 'h2', pid: 2 }])).toHaveLength(0);
    expect(triesAfter(agentDecider.evolve(full, connected, server('next')), [{ host: 'h2', pid: 2 }])).toHaveLength(1);
  });

  it('that a log from before the bound holds, again and again, are folded as they are', () => {
    const old = Array.from({ length: 3 * STRANGERS_ON_RECORD }, (_, index) => refusedBefore(`host-${index % (2 * STRANGERS_ON_RECORD)}`));
    expect(fold(agentDecider, enrolled, connected, ...old)?.refused?.size).toBe(STRANGERS_ON_RECORD);
  });
});
