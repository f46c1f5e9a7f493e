import { Broken } from '../check/broken.mjs';

export async function restartServer(stage) {
  if (!(await stage.startServer())) throw new Broken(7, `the server does not start any more: it ended with ${stage.server.end}`);
}

/** Its tasks die with it, which is no secret. */
export async function killAgent(stage, name, round) {
  round.excuse(name, 'tasks');
  await stage.agent(name).kill();
}
