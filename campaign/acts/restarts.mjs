import { rmSync } from 'node:fs';
import { Broken } from '../check/broken.mjs';

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

/** It is killed, and its whole directory is gone. */
export async function loseJournal(stage, name, round) {
  await killAgent(stage, name, round);
  round.excuse(name, 'journal');
  rmSync(stage.agentData(name), { recursive: true, force: true, maxRetries: 5 });
}

/**
 * What is dispatched to it before its first session, because of a policy, it is taken not to know either: a server that dies meanwhile cannot tell
 * whether that was handed over.
 */
export function startForgetful(stage, name, slots, round) {
  void stage.startAgent(name, slots).line('connected to ').then((line) => line !== undefined && round.excuse(name, 'journal'));
}

/** The newest step that a process has passed. */
export const stepOf = (stage, name) => stage.products.get(name).stepCounts()?.newest;
