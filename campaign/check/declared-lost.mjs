// An operator may say that an agent is lost, also one that comes back: only while none of its sessions stands, and what is given up for it had been dispatched
// before it was back. That excuses nothing of what its executions do: a result that comes after all is a late one, and has to be there.
import { Broken } from './broken.mjs';

/** A server that has started anew, has stopped, or is not heard of any more, has no sessions. */
const SESSIONS_ARE_OVER = ['ServerStarted', 'ServerStopped', 'ServerContactLost'];

export function checkDeclaredLost(log) {
  const agents = new Map();
  /** By execution: who has it, and where in the log it was dispatched. */
  const dispatches = new Map();
  const ofAgent = (name) => agents.get(name) ?? agents.set(name, { name, session: undefined, isLost: false, givenUpTo: -1 }).get(name);
  for (const [index, event] of log.entries()) {
    const { type, data, stream } = event;
    if (stream.startsWith('agent-')) tellAgent(ofAgent(stream.slice('agent-'.length)), event, index);
    if (SESSIONS_ARE_OVER.includes(type)) endSessionsWith(data.server, agents.values());
    if (type === 'JobDispatched' || type === 'ExecutionRecovered') {
      const agent = ofAgent(data.agent);
      dispatches.set(data.executionId, { agent, index });
      // One that was decided before the word may come behind it.
      if (agent.isLost) agent.givenUpTo = index;
    }
    if (type === 'ExecutionAbandoned' && data.agentDeclaredLost === true) checkGivenUp(dispatches.get(data.executionId), event);
  }
}

function tellAgent(agent, { type, data, revision, position, actor }, index) {
  switch (type) {
    case 'AgentConnected': Object.assign(agent, { session: { number: revision, server: data.server }, isLost: false }); return;
    case 'AgentContactLost': agent.session = undefined; return;
    case 'AgentDeclaredLost': {
      const declared = `position ${position}: agent ${agent.name} is declared lost`;
      if (actor.kind !== 'operator') throw new Broken(6, `${declared} by ${actor.kind} ${actor.id}, and that is no person`);
      if (agent.session !== undefined) throw new Broken(5, `${declared} while session ${agent.session.number} of it stands`);
      if (agent.isLost) throw new Broken(8, `${declared} twice`);
      Object.assign(agent, { isLost: true, givenUpTo: index });
    }
  }
}

function endSessionsWith(server, agents) {
  for (const agent of agents) if (agent.session?.server === server) agent.session = undefined;
}

function checkGivenUp(dispatch, { position, stream, data }) {
  if (dispatch !== undefined && dispatch.index <= dispatch.agent.givenUpTo) return;
  throw new Broken(6, `position ${position}: ${data.executionId} is given up for an agent that was declared lost, and nobody has said so since it was dispatched`, stream.slice('run-'.length));
}
