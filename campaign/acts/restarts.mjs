import { Broken } from '../check/broken.mjs';

export async function restartServer(stage) {
  if (!(await stage.startServer())) throw new Broken(7, `the server does not start any more: it ended with ${stage.server.end}`);
}

/** Its tasks die with it, which is no secret. */
export async function killAgent(stage, name, round) {
  await stage.agent(name).kill();
  round.excuse(name, 'tasks');
}

/** The newest step that a process has passed. */
export const stepOf = (stage, name) => stage.products.get(name).stepCounts()?.newest;
