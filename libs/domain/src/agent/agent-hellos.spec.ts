import type { AgentEvent } from '#events/agent.events';
import { given } from '../../test-support/given.js';
import { server } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import { type AgentCommand, agentDecider, hasYetToLearn, isOlderCopy } from './agent.decider.js';
import type { AgentState } from './agent.state.js';

type Sent = AgentCommand & { readonly context: FoldContext };
type History = Parameters<typeof given<AgentState, Sent, AgentEvent>> extends [unknown, ...infer Events] ? Events : never;

const facts = { agent: 'local', server: 's', slots: 2, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' };
const enrolled: AgentEvent = { type: 'AgentEnrolled', data: { agent: 'local', credentialHash: 'h1', tokenId: 't' } };
const connected: AgentEvent = { type: 'AgentConnected', data: facts };
const begunBy = (helloId: string) => ({ event: connected, context: server(helloId) });

const givenAgent = (...history: History) => given<AgentState, Sent, AgentEvent>(agentDecider, ...history);
const helloOf = (data: Extract<AgentEvent, { type: 'AgentConnected' }>['data']): Sent => ({ type: 'ConnectAgent', helloId: 'b', connected: false, hello: data, context: server('b') });
const hello = (helloId: string): Sent => ({ type: 'ConnectAgent', helloId, connected: false, hello: facts, context: server(helloId) });

type Said = Partial<Extract<AgentEvent, { type: 'AgentConnected' }>['data']>;
const begun: Said = { process: { id: 'p', started: 5, hello: 1 }, openedBy: ['o', 'p'] };
const sessions = (...said: Said[]): AgentState => said.reduce<AgentState>(
  (state, data, index) => agentDecider.evolve(state, { type: 'AgentConnected', data: { ...facts, ...begun, ...data } }, server(`hello-${index}`)),
  agentDecider.evolve(undefined, enrolled, server('e')),
);

describe('a hello', () => {
  it('begins one session, and none by being said again', () => {
    givenAgent(enrolled).when(hello('a')).then(connected);
    givenAgent(enrolled, begunBy('a')).when(hello('a')).thenNothing();
  });

  it('whose session was followed by another is refused: what it says of the agent was true then', () => {
    givenAgent(enrolled, begunBy('a'), begunBy('b')).when(hello('a')).thenRejected('session-over');
    givenAgent(enrolled, begunBy('a'), begunBy('b')).when(hello('b')).thenNothing();
    givenAgent(enrolled, begunBy('a'), begunBy('b')).when(hello('c')).then(connected);
  });

  it.each([
    { what: 'is older than one that its process has said since, though it began nothing', process: { id: 'p', started: 5, hello: 2 }, begins: false },
    { what: 'was numbered as one that began a session', process: { id: 'p', started: 5, hello: 3 }, begins: false },
    { what: 'is the next one of its process', process: { id: 'p', started: 5, hello: 4 }, begins: true },
    { what: 'comes from an earlier process of that boot, whatever its number', process: { id: 'earlier', started: 4, hello: 9 }, begins: false },
    { what: 'comes from a later process of that boot', process: { id: 'later', started: 6, hello: 1 }, begins: true },
  ])('that $what begins a session: $begins', ({ process, begins }) => {
    const history = [enrolled, { event: { ...connected, data: { ...facts, process: { id: 'p', started: 5, hello: 3 } } } as AgentEvent, context: server('a') }] as const;
    const decided = givenAgent(...history).when(helloOf({ ...facts, process }));
    if (begins) decided.then({ type: 'AgentConnected', data: { ...facts, process } });
    else decided.thenRejected('session-over');
  });

  it('of another boot is taken whenever its process started: uptimes of two boots cannot be compared', () => {
    const history = [enrolled, { event: { ...connected, data: { ...facts, process: { id: 'p', started: 5_000, hello: 3 } } } as AgentEvent, context: server('a') }] as const;
    const data = { ...facts, bootId: 'b2', process: { id: 'q', started: 4, hello: 1 } };
    givenAgent(...history).when(helloOf(data)).then({ type: 'AgentConnected', data });
  });

  describe('comes from a journal that has gone back', () => {
    const isOlder = (state: AgentState, said: Said): boolean => isOlderCopy(state!, { journalId: 'j', ...said });

    it.each<[string, Said, boolean]>([
      ['the process that began the newest session has not opened it', { openedBy: ['o', 'q'] }, true],
      ['however many have opened it since, and none before', { previousSession: 0, openedBy: ['q', 'r', 's'] }, true],
      ['not where that process has, and its answer was lost', { openedBy: ['o', 'p', 'q'] }, false],
      ['not where the session is known: then the processes before it are not', { previousSession: 1, openedBy: ['q'] }, false],
      ['nobody knows where no process has marked it', {}, false],
    ])('%s', (_, said, expected) => {
      expect(isOlder(sessions({}), said)).toBe(expected);
    });

    it('that was replaced by a newer one, which a new one is not', () => {
      expect(isOlder(sessions({}, { journalId: 'newer' }), { previousSession: 1, openedBy: ['p', 'q'] })).toBe(true);
      expect(isOlder(sessions({}), { journalId: 'new', openedBy: ['q'] })).toBe(false);
    });

    it('not where the process that began the newest session could not mark it', () => {
      expect(isOlder(sessions({ openedBy: ['o'] }), { openedBy: ['q'] })).toBe(false);
      expect(isOlder(sessions({ process: undefined }), { openedBy: ['q'] })).toBe(false);
    });

    it('that has known a later session, unless that was one of a log from before its restore', () => {
      const openedBy = ['p', 'q'];
      expect(isOlder(sessions({}, { previousSession: 1 }), { openedBy })).toBe(true);
      expect(isOlder(sessions({}, { previousSession: 1 }), { previousSession: 1, openedBy })).toBe(false);
      const restored: Said = { previousSession: 40, startsAnew: 'log-restored', epoch: 1 };
      expect(isOlder(sessions(restored), { previousSession: 1, openedBy, epoch: 1 })).toBe(false);
      // Its answer was lost, and the next one begins a session too.
      expect(isOlder(sessions(restored, { previousSession: 40, epoch: 1 }), { previousSession: 2, openedBy, epoch: 1 })).toBe(false);
    });

    it('whose session has the number of the newest one by chance, from before a restore of the log', () => {
      const state = sessions({ previousSession: 1, startsAnew: 'log-restored', epoch: 1 });
      expect(isOlder(state, { previousSession: 1, openedBy: ['o', 'q'] })).toBe(true);
      expect(isOlder(state, { previousSession: 1, openedBy: ['o', 'p', 'q'] })).toBe(false);
    });

    it('not by the epoch, where a restore has taken nothing from this agent and the answer that told it of that was lost', () => {
      expect(isOlder(sessions({}, { previousSession: 1, epoch: 1 }), { previousSession: 1, openedBy: ['p', 'q'] })).toBe(false);
    });
  });

  describe('has yet to learn of a session that began anew', () => {
    const anew: Said = { startsAnew: 'log-restored', epoch: 2 };
    const learns = (state: AgentState, said: Said): boolean => !hasYetToLearn(state!, { journalId: 'j', epoch: 2, ...said });

    it('as long as it does not know that one, nor a later one, nor the epoch that it began in', () => {
      expect(learns(sessions(anew), {})).toBe(false);
      expect(learns(sessions(anew, {}), {})).toBe(false);
      expect(learns(sessions(anew), { previousSession: 40, epoch: 1 })).toBe(false);
      expect(learns(sessions(anew), { previousSession: 1 })).toBe(true);
      expect(learns(sessions(anew, {}), { previousSession: 2 })).toBe(true);
    });

    it('never with another journal, nor where none did', () => {
      expect(learns(sessions(anew), { journalId: 'new' })).toBe(true);
      expect(learns(sessions({}), {})).toBe(true);
    });
  });

  it('is remembered over the next 999 sessions', () => {
    const sessions = Array.from({ length: 1_001 }, (_, index) => begunBy(`hello-${index}`));
    givenAgent(enrolled, ...sessions).when(hello('hello-1')).thenRejected('session-over');
    givenAgent(enrolled, ...sessions).when(hello('hello-0')).then(connected);
  });
});
