import { rmSync } from 'node:fs';
import { Broken } from '../check/broken.mjs';
import { pause } from '../stage/waiting.mjs';

export async function restartServer(stage, name) {
  if (!(await stage.startServer(name))) throw new Broken(7, `${name} does not start any more: it ended with ${stage.server(name).end}`);
}

/** All of them at once. */
export async function restartServers(stage, names) {
  await Promise.all(names.map((name) => restartServer(stage, name)));
}

export async function killServers(stage) {
  await Promise.all(stage.serverNames.map((name) => stage.server(name).kill()));
}

/** Its tasks die with it, which is no secret. */
export async function killAgent(stage, name, round) {
  await stage.agent(name).kill();
  round.excuse(name, 'tasks');
}

/** Until it is started again. An operator may take it for lost meanwhile. */
export async function stayAway({ agent, lastsMs, isDeclaredLost }, { workload }) {
  if (isDeclaredLost === true) await workload.declareLost(agent);
  await pause(lastsMs);
}

/** It is killed, its whole directory is gone, and after a while it is started again. */
export function loseJournal(stage, name, { slots, lastsMs = 0, isDeclaredLost, onGone }, round) {
  return round.alone(name, async () => {
    await killAgent(stage, name, round);
    onGone?.();
    round.excuse(name, 'journal');
    rmSync(stage.agentData(name), { recursive: true, force: true, maxRetries: 5 });
    await stayAway({ agent: name, lastsMs, isDeclaredLost }, round);
    stage.startAgent(name, slots);
  });
}

/** The newest step that a process has passed. */
export const stepOf = (stage, name) => stage.products.get(name).stepCounts()?.newest;
