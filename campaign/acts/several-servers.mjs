// What only strikes where there are several servers.
import { AGENTS } from '../stage/names.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { killServers, restartServers, stepOf } from './restarts.mjs';

/** Longer than an agent takes to notice that a server is silent. */
const MOVING_MS = 20_000;
const MOVING_AT_ONCE_MS = 5_000;
/** One silence of six is waited for: it takes three heartbeats. */
const WAITED_FOR_MS = 750;
/** Longer than other servers wait before they say that one is gone, and take over what it had. */
export const GONE_MS = 9_000;

export const SERVERS_ACTS = {
  'kill-all-servers': async (stage, { server, lastsMs }, round) => {
    await killServers(stage);
    round.note('kill-all-servers', stepOf(stage, server));
    await pause(lastsMs);
    await restartServers(stage, stage.serverNames);
  },

  // The zombie: its agents have gone to another one, which has taken over what there is to take over, and it comes back and knows nothing of that. Either its
  // ways are closed while it is frozen, as a balancer does, or the agents find out by themselves.
  'freeze-server': async (stage, { server, lastsMs, ends }, round) => {
    const isSilent = lastsMs > WAITED_FOR_MS;
    const ways = AGENTS.map((agent) => stage.links.get(agent).to(server));
    round.note('freeze-server', stepOf(stage, server));
    stage.frozen.add(server);
    stage.server(server).strike('SIGSTOP');
    if (!isSilent) for (const way of ways) way.shut();
    await haveMoved(stage, AGENTS, server, isSilent ? MOVING_MS : MOVING_AT_ONCE_MS);
    await pause(ends === 'released' ? GONE_MS : lastsMs);
    for (const way of ways) way.open();
    stage.server(server).strike('SIGCONT');
    stage.frozen.delete(server);
  },

  // One agent does not reach one server, which everybody else does: it is turned away, or hears nothing.
  partition: async (stage, { agent, server, lastsMs, ends }, round) => {
    const isSilent = lastsMs > WAITED_FOR_MS;
    const way = stage.links.get(agent).to(server);
    round.note('partition', stepOf(stage, agent));
    if (isSilent) way.hold('up', 'down');
    else way.shut();
    await haveMoved(stage, [agent], server, isSilent ? MOVING_MS : MOVING_AT_ONCE_MS);
    await pause(lastsMs);
    way.open();
    if (ends === 'released') way.release();
    else way.cut();
  },
};

/** Those that had their session with that server have one with another. */
function haveMoved(stage, agents, server, patienceMs) {
  return until(() => agents.every((agent) => stage.serverOfAgent(agent) !== server), patienceMs);
}

/** The server which lets pass what time brings, as far as the log tells; undefined when it is none that is there. */
export async function ownerOfTimers(stage) {
  const log = await until(() => stage.api.log(), MOVING_AT_ONCE_MS) ?? [];
  const lease = log.findLast(({ type }) => type === 'ClockLeaseTaken');
  const started = log.findLast(({ type, data }) => type === 'ServerStarted' && data.server === lease?.data.server);
  return stage.serverNames.find((name) => stage.server(name).child.pid === started?.data.pid);
}
