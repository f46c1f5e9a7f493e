import type { AgentEvent, AgentProcess } from '#events/agent.events';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider, FoldContext } from '../decider.js';
import { type Decision, rejection } from '../rejection.js';
import { standingOrder } from '../standing-order.js';
import type { Agent, AgentSession, AgentState } from './agent.state.js';
import { type ChangeDuty, changeDuty } from './change-duty.js';
import { type RecordUnreachable, recordUnreachable } from './silence.js';
import { strangersAfter, turnAway } from './strangers.js';

interface ProcessName {
  readonly host: string;
  readonly pid: number;
  readonly bootId: string;
}

interface HelloIdentity {
  readonly helloId: string;
  readonly bootId: string;
  readonly process?: AgentProcess | undefined;
}

type DataOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>['data'];

/**
 * Where somebody holds the name's connection: with the server that decides, which sees it, or with another one, which may have lost it and has not said so.
 */
export type Connected = 'here' | 'elsewhere' | false;

export type AgentCommand =
  /** `connected`: somebody holds the name's connection right now. */
  | { readonly type: 'EnrolAgent'; readonly name: string; readonly credentialHash: string; readonly tokenId: string; readonly connected: boolean }
  | { readonly type: 'ConnectAgent'; readonly helloId: string; readonly connected: Connected; readonly hello: DataOf<'AgentConnected'> }
  | { readonly type: 'LoseContact'; readonly session: number; readonly reason: string }
  | { readonly type: 'RecordUnmatched'; readonly report: DataOf<'ReportUnmatched'> }
  | RecordUnreachable
  | ChangeDuty;

/** Two requests full of reports. A repeat of what is forgotten is recorded once more, which changes nothing and loses nothing. */
const UNMATCHED_REMEMBERED = 1_000;

/** A network may repeat what it has kept for long. Before the oldest of these a journal has gone on by as many sessions. */
const HELLOS_REMEMBERED = 1_000;

/** Below the number of every session. */
const NONE = -1;

/** Each of them is a start of the agent. */
const PROCESSES_REMEMBERED = 100;

/** The rules of an agent's name: who holds it, which session counts, and whether it gets work. */
export const agentDecider: Decider<AgentState, AgentCommand, AgentEvent> = {
  initialState: undefined,
  decide(command, agent): Decision<AgentEvent> {
    switch (command.type) {
      case 'EnrolAgent':
        return enrol(command, agent);
      case 'ConnectAgent':
        return agent === undefined ? rejection('agent-not-found', 'this agent is not enrolled') : connect(command, agent);
      case 'LoseContact':
        return agent?.session?.number === command.session && agent.session.endedAt === undefined
          ? [{ type: 'AgentContactLost', data: { session: command.session, reason: command.reason } }]
          : [];
      case 'RecordUnmatched':
        return agent?.unmatched.has(keyOf(command.report)) === true ? [] : [{ type: 'ReportUnmatched', data: command.report }];
      case 'RecordUnreachable':
        return recordUnreachable(command, agent);
      case 'DeclareAgentLost':
      case 'DrainAgent':
      case 'ResumeAgent':
        return changeDuty(command, agent);
    }
  },
  evolve(agent, event, context): Agent {
    if (event.type === 'AgentEnrolled') {
      if (agent !== undefined) throw corruptHistory(`agent ${agent.name} enrolled twice`);
      const { agent: name, credentialHash } = event.data;
      return { name, credentialHash, enrolledAt: context.at, hellos: new Set(), processes: new Map(), unmatched: new Set(), unmatchedCount: 0, unreachable: false, revision: 0 };
    }
    if (agent === undefined) throw corruptHistory(`${event.type} before AgentEnrolled`);
    return { ...apply(agent, event, context), revision: agent.revision + 1 };
  },
};

function enrol({ name, credentialHash, tokenId, connected }: Extract<AgentCommand, { type: 'EnrolAgent' }>, agent: AgentState): Decision<AgentEvent> {
  if (agent === undefined) return [{ type: 'AgentEnrolled', data: { agent: name, credentialHash, tokenId } }];
  if (agent.credentialHash === credentialHash) return [];
  if (connected) return rejection('agent-name-in-use', `agent ${name} is connected; another one cannot enrol with its name until that connection is gone`);
  return [{ type: 'AgentCredentialRotated', data: { credentialHash, tokenId } }];
}

/**
 * The same process on the same chain supersedes its old connection; a fork or a copy, while that lives, is refused. From another server comes also the next
 * process on that directory, which begins only when the one before is gone.
 */
function connect({ helloId, connected, hello }: Extract<AgentCommand, { type: 'ConnectAgent' }>, agent: Agent): Decision<AgentEvent> {
  const { session } = agent;
  if (session?.helloId === helloId) return [];
  if (isOver(agent, { helloId, ...hello })) return rejection('session-over', 'this hello is older than a session that is over; say another one');
  if (connected !== false && session !== undefined && !follows(hello, session, connected)) {
    return turnAway(agent, session, hello);
  }
  return [{ type: 'AgentConnected', data: hello }];
}

/**
 * Whether a hello has been overtaken: it has begun a session and another one has followed, its process has said a later one, or a later process of that
 * boot has. What it says of journal and inventory was true then; a network, or a proxy, has kept it.
 */
export function isOver({ session, hellos, processes }: Agent, { helloId, bootId, process }: HelloIdentity): boolean {
  if (session?.helloId === helloId) return false;
  if (hellos.has(helloId)) return true;
  if (process === undefined) return false;
  const isOfEarlierProcess = session?.process !== undefined && session.bootId === bootId && process.id !== session.process.id && process.started < session.process.started;
  return isOfEarlierProcess || process.hello <= (processes.get(process.id) ?? 0);
}

/** What a hello says of the journal. */
type JournalIdentity = Pick<DataOf<'AgentConnected'>, 'journalId' | 'previousSession' | 'openedBy' | 'epoch'>;

/**
 * Whether the journal is older than the newest session: it has known a later one, or the process that began that had opened it, and the journal knows
 * neither. Where it knows the process alone, the answer was lost. One that has known a session and not the journal of the newest was replaced meanwhile.
 * The number of a session from before a restore of the log tells nothing of those since.
 */
export function isOlderCopy(agent: Agent, said: JournalIdentity): boolean {
  const { session } = agent;
  const { journalId, previousSession = NONE, openedBy } = said;
  if (session === undefined) return false;
  if (session.journalId !== journalId) return previousSession !== NONE;
  const known = hasYetToLearn(agent, said) ? NONE : previousSession;
  if (known < (session.previousSession ?? NONE)) return true;
  const by = session.process?.id;
  if (known >= session.number || by === undefined || session.openedBy?.includes(by) !== true) return false;
  return openedBy?.includes(by) === false;
}

/**
 * Whether a session with this journal began anew and the journal does not know: the answer was lost. What holds since that session was said to nobody yet,
 * and what was dispatched since is still to come.
 */
export function hasYetToLearn({ session }: Agent, { journalId, previousSession = NONE, epoch = 0 }: JournalIdentity): boolean {
  return session?.journalId === journalId && session.anew !== undefined && (previousSession < session.anew.session || epoch < session.anew.epoch);
}

function isSameProcess(one: ProcessName, other: ProcessName): boolean {
  return one.host === other.host && one.pid === other.pid && one.bootId === other.bootId;
}

function follows(hello: DataOf<'AgentConnected'>, session: AgentSession, connected: Exclude<Connected, false>): boolean {
  return hello.previousSession === session.number && (isSameProcess(hello, session) || (connected === 'elsewhere' && isNextProcess(hello, session)));
}

function isNextProcess(hello: DataOf<'AgentConnected'>, { host, bootId, journalId, process }: AgentSession): boolean {
  return hello.host === host && hello.bootId === bootId && hello.journalId === journalId && process !== undefined && (hello.process?.started ?? 0) > process.started;
}

function apply(agent: Agent, event: Exclude<AgentEvent, { type: 'AgentEnrolled' }>, context: FoldContext): Agent {
  const { at, commandId } = context;
  switch (event.type) {
    case 'AgentCredentialRotated':
      return { ...agent, credentialHash: event.data.credentialHash };
    case 'AgentConnected': {
      const { server, journalId, journalSequence, slots, receipt, host, pid, bootId, version, process, openedBy } = event.data;
      const { declaredLost: _over, refused: _former, ...back } = agent;
      const session = {
        number: agent.revision + 1, server, connectedAt: at, helloId: commandId, journalId, journalSequence, slots, receipt, host, pid, bootId, version, process, openedBy, ...knowledge(agent, event.data),
      };
      const processes = process === undefined ? agent.processes : newestProcesses(agent.processes, process);
      return { ...back, unreachable: false, session, hellos: newest(agent.hellos, commandId, HELLOS_REMEMBERED), processes };
    }
    case 'AgentContactLost':
      if (agent.session?.number !== event.data.session) throw corruptHistory(`contact lost for session ${event.data.session}, which is not the newest`);
      return { ...agent, session: { ...agent.session, endedAt: at } };
    case 'AgentConnectionRefused':
      return { ...agent, refused: strangersAfter(agent.refused, event.data) };
    case 'ReportUnmatched':
      return { ...agent, unmatched: newest(agent.unmatched, keyOf(event.data), UNMATCHED_REMEMBERED), unmatchedCount: agent.unmatchedCount + 1 };
    case 'AgentUnreachable':
      if (agent.unreachable || agent.session?.number !== event.data.session) throw corruptHistory(`agent ${agent.name} unreachable ${agent.unreachable ? 'twice' : 'after another session'}`);
      return { ...agent, unreachable: true };
    case 'AgentDeclaredLost':
      if (agent.declaredLost !== undefined) throw corruptHistory(`agent ${agent.name} declared lost twice`);
      return { ...agent, declaredLost: standingOrder(context) };
    case 'AgentDrained':
      if (agent.drained !== undefined) throw corruptHistory(`agent ${agent.name} drained twice`);
      return { ...agent, drained: standingOrder(context) };
    case 'AgentResumed': {
      const { drained, ...inService } = agent;
      if (drained === undefined) throw corruptHistory(`agent ${agent.name} resumed without having been drained`);
      return inService;
    }
  }
}

/** What its agent knew of sessions, and since which of them that counts. A number that no session had yet is one from before a restore of the log. */
function knowledge({ session, revision }: Agent, { journalId, previousSession = NONE, startsAnew, epoch = 0 }: DataOf<'AgentConnected'>): Pick<AgentSession, 'previousSession' | 'anew'> {
  if (startsAnew !== undefined) return { previousSession: undefined, anew: { session: revision + 1, epoch } };
  const anew = session?.journalId === journalId ? session.anew : undefined;
  const isKnown = previousSession <= revision && previousSession >= (anew?.session ?? 0);
  return { previousSession: isKnown ? previousSession : undefined, anew };
}

/** One more, and the oldest ones forgotten for it: the repeat of a report that was not acknowledged comes in its agent's next requests, if at all. */
function newest(before: ReadonlySet<string>, key: string, most: number): ReadonlySet<string> {
  return new Set([...before, key].slice(-most));
}

function newestProcesses(before: ReadonlyMap<string, number>, { id, hello }: AgentProcess): ReadonlyMap<string, number> {
  return new Map([...[...before].filter(([each]) => each !== id), [id, hello] as const].slice(-PROCESSES_REMEMBERED));
}

function keyOf({ executionId, sequence }: DataOf<'ReportUnmatched'>): string {
  return `${executionId}#${sequence}`;
}
