// From a SIGKILL to the next dispatch, by the word of the jobs themselves.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apiClient } from '../load/http.mjs';
import { startAgent, startServer, temporaryDirectory, tokenIn } from '../load/product.mjs';
import { AGENT } from '../parts/jobnets.mjs';

const TASKS = fileURLToPath(new URL('waiting-tasks.mjs', import.meta.url));
/** Few, so that nothing but the way back is measured. */
const FLOWS = 8;
const LOOK_MS = 5;
const PATIENCE_MS = 60_000;

/** Two servers on one log and an agent that knows both: the one that it is connected to is killed. */
export function serverStruck(options, url) {
  return inDirectory(options, async (directory) => {
    const servers = [await startServer(directory, { store: url }), await startServer(subdirectory(directory, 'second'), { store: url })];
    const agent = await startAgent(directory, { url: servers.map((server) => server.url), name: AGENT, slots: FLOWS, tasks: TASKS });
    try {
      const [killed] = servers.splice(servers.findIndex((server) => server.url === agent.url), 1);
      return await untilDispatched(directory, killed.url, () => killed.kill());
    } finally {
      await Promise.all([agent, ...servers].map((each) => each.stop()));
    }
  });
}

/** One server, whose database is killed and started again. */
export function databaseStruck(options, database) {
  return inDirectory(options, async (directory) => {
    const server = await startServer(directory, { store: database.freshUrl() });
    const agent = await startAgent(directory, { url: server.url, name: AGENT, slots: FLOWS, tasks: TASKS });
    try {
      const strike = database.aim();
      let backMs;
      const struck = await untilDispatched(directory, server.url, async () => {
        const begun = performance.now();
        await strike();
        // Of a cluster the others go on without it.
        if (!database.isCluster) await database.mend();
        backMs = performance.now() - begun;
      });
      if (database.isCluster) await database.mend();
      return { ...struck, ...(!database.isCluster && { backMs }) };
    } finally {
      await agent.stop();
      await server.stop();
    }
  });
}

/**
 * Flows whose A1 is running are struck, and at that moment their A1 ends.
 *
 * @returns how long after the blow the first A2 and the last one began, in milliseconds
 */
async function untilDispatched(directory, url, strike) {
  const [marks, go] = [join(directory, 'marks'), join(directory, 'go')];
  const api = apiClient(url, tokenIn(directory, 'operator'), FLOWS);
  const parameters = { MARKS: marks, GO: go };
  await api.define('A', JSON.stringify({ jobnet: 'A', parameters, jobs: { A1: { task: 'wait', agent: AGENT }, A2: { task: 'mark', agent: AGENT, after: 'A1' } } }));
  await Promise.all(Array.from({ length: FLOWS }, () => api.startRun('A')));
  await api.close();
  await begun(marks, 'A1');
  const at = Date.now();
  const struck = strike();
  writeFileSync(go, '');
  await struck;
  const late = (await begun(marks, 'A2')).map((ms) => ms - at);
  return { firstMs: Math.min(...late), lastMs: Math.max(...late) };
}

/** When that job of each flow began. */
async function begun(marks, job) {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(LOOK_MS)) {
    const lines = existsSync(marks) ? readFileSync(marks, 'utf8').split('\n').slice(0, -1).map((line) => line.split(' ')) : [];
    const times = lines.filter(([each]) => each === job).map(([, ms]) => Number(ms));
    if (times.length > FLOWS) throw new Error(`${job} has begun ${times.length} times in ${FLOWS} flows`);
    if (times.length === FLOWS) return times;
  }
  throw new Error(`of ${FLOWS} jobs ${job} not all have begun within ${PATIENCE_MS / 1000} s`);
}

async function inDirectory({ directory: parent }, work) {
  const directory = temporaryDirectory(parent);
  try {
    return await work(directory.path);
  } finally {
    directory.remove();
  }
}

function subdirectory(directory, name) {
  const path = join(directory, name);
  mkdirSync(path);
  return path;
}
