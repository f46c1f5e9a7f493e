import { askOnce } from '../load/child.mjs';
import { startServer, temporaryDirectory, tokenIn } from '../load/product.mjs';
import { spreadOf } from '../measure/statistics.mjs';
import { profilesAt } from '../measure/profiles.mjs';
import { flowOf } from './jobnets.mjs';
import { logFigures, perFlow } from './log-figures.mjs';

const LOAD = new URL('../load/server-only-load.mjs', import.meta.url);

/** The server with an agent that costs nothing: what it could do if agents were free. */
export async function serverOnly(options, profiled = []) {
  const directory = temporaryDirectory(options.directory);
  try {
    const figures = await runFlows(directory.path, options, profiled);
    return { ...figures, log: perFlow(logFigures(directory.path)) };
  } finally {
    directory.remove();
  }
}

/**
 * Runs so many flows against a server on this directory, and stops the server.
 *
 * @param options.store where the log lies, if not in the embedded file; `options.database` is the process id of its database
 */
export async function runFlows(directory, { flows, warmUp, inFlight, connections, store, database }, profiled = []) {
  const server = await startServer(directory, { isProfiled: profiled.includes('server'), ...(store !== undefined && { store }) });
  try {
    let commits = [];
    let profiles;
    const input = {
      url: server.url, token: tokenIn(directory, 'operator'), enrolment: tokenIn(directory, 'agent'), jobnet: 'A', definition: flowOf('command'),
      pids: { server: server.pid, ...(database !== undefined && { database }) }, flows, warmUp, inFlight, connections,
    };
    const figures = await askOnce(LOAD, input, async (mark) => {
      if (mark === 'warm') await server.ask('reset');
      else commits = await server.ask('commits');
      profiles = await profilesAt(mark, { server }, profiled);
    });
    return { ...figures, ...(profiles && { profiles }), commitsPerFlow: commits.length / flows, commitMs: spreadOf(commits) };
  } finally {
    await server.stop();
  }
}
