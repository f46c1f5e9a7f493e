import { askOnce } from '../load/child.mjs';
import { startAgent, startServer, temporaryDirectory, tokenIn } from '../load/product.mjs';
import { spreadOf } from '../measure/statistics.mjs';
import { profilesAt } from '../measure/profiles.mjs';
import { AGENT, flowOf, TASKS } from './jobnets.mjs';
import { logFigures, perFlow } from './log-figures.mjs';

const LOAD = new URL('../load/load-generator.mjs', import.meta.url);
/** A hello names at most this many. */
const MOST_SLOTS = 10_000;

/**
 * Server, agent and load, each a process of its own: flows one at a time (the hand-off), then many at a time (the throughput), on one
 * fresh directory.
 *
 * @param profiled which of `server` and `agent` are profiled while flows are measured
 * @returns `{ handOff?, flows? }`
 */
export async function withAgent(kind, options, profiled = []) {
  const directory = temporaryDirectory(options.directory);
  const [server, agent] = await startBoth(directory.path, kind, options, profiled);
  try {
    const given = { url: server.url, token: tokenIn(directory.path, 'operator'), jobnet: 'A', definition: flowOf(kind), pids: { server: server.pid, agent: agent.pid } };
    const handOff = options.wants('handoff') ? await handOffs(given, server, agent, options) : undefined;
    const flows = options.wants('flows') ? await manyFlows(given, server, agent, options, profiled) : undefined;
    await agent.stop();
    await server.stop();
    return { ...(handOff && { handOff }), ...(flows && { flows: { ...flows, log: perFlow(logFigures(directory.path)) } }) };
  } finally {
    await agent.stop();
    await server.stop();
    directory.remove();
  }
}

async function startBoth(directory, kind, { inFlight }, profiled) {
  const server = await startServer(directory, { isProfiled: profiled.includes('server') });
  const slots = Math.min(2 * inFlight, MOST_SLOTS);
  const agent = await startAgent(directory, { url: server.url, name: AGENT, slots, isProfiled: profiled.includes('agent'), ...(kind === 'task' && { tasks: TASKS }) });
  return [server, agent];
}

/** From A1's result durable on the agent to A2's start durable on the agent, with nothing else to do. */
async function handOffs(given, server, agent, { handOffs: flows }) {
  const input = { ...given, flows, warmUp: Math.ceil(flows / 5), inFlight: 1, connections: 1 };
  const { cpuMsPerFlow, journal } = await measured(input, server, agent);
  return { ...spreadOf(journal.handOffs), cpuMsPerFlow };
}

async function manyFlows(given, server, agent, { flows, warmUp, inFlight, connections }, profiled) {
  const { journal, commits, ...figures } = await measured({ ...given, flows, warmUp, inFlight, connections }, server, agent, profiled);
  return {
    ...figures, handOffMs: spreadOf(journal.handOffs),
    commitsPerFlow: commits.length / flows, commitMs: spreadOf(commits),
    agentSyncsPerFlow: journal.syncs / flows, agentRecordsPerSync: journal.records / journal.syncs,
  };
}

/** The load, with what the two processes say of themselves between the warm-up and the end. */
async function measured(input, server, agent, profiled = []) {
  const told = {};
  const figures = await askOnce(LOAD, input, async (mark) => {
    if (mark === 'warm') await Promise.all([server.ask('reset'), agent.ask('reset')]);
    else [told.commits, told.journal] = await Promise.all([server.ask('commits'), agent.ask('journal')]);
    const profiles = await profilesAt(mark, { server, agent }, profiled);
    if (profiles !== undefined) told.profiles = profiles;
  });
  return { ...figures, ...told };
}
