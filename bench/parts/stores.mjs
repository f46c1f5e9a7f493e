import { startServer, temporaryDirectory, tokenIn } from '../load/product.mjs';
import { peakMemoryOf } from '../measure/process-figures.mjs';
import { summaryOf } from '../measure/statistics.mjs';
import { openCluster, openDatabase } from '../stores/databases.mjs';
import { databaseStruck, serverStruck } from '../stores/struck.mjs';
import { runFlows } from './server-only.mjs';

/**
 * What each store makes of the same flows, of a long history, and of blows. Everything runs on this machine, the database too.
 *
 * @param say told what is being measured
 * @returns by store: `{ flows, oneAtATime, restart?, serverKilled?, databaseKilled? }`
 */
export async function stores(options, say) {
  const found = {};
  for (const kind of options.stores) {
    const database = await openDatabase(kind);
    if (database === undefined) {
      say(`${kind}: left out, there is no KURRENTDB_URL`);
      continue;
    }
    try {
      found[kind] = await measured(kind, database, options, say);
    } finally {
      await database.close();
    }
  }
  return found;
}

/** The server's profile while flows run on a store. */
export async function profileOn(kind, options) {
  const database = await openDatabase(kind);
  if (database === undefined) throw new Error(`there is no ${kind}: KURRENTDB_URL names one`);
  try {
    return await flowsOn(database, options, ['server']);
  } finally {
    await database.close();
  }
}

async function measured(kind, database, options, say) {
  const times = (what, measure) => repeated(options.runs, tellingOf(kind, what, options, say), measure);
  const blows = kind === 'kurrentdb' ? openCluster() : database;
  return {
    flows: await times('flows', () => flowsOn(database, options)),
    oneAtATime: await times('flows one at a time', () => flowsOn(database, { ...options, flows: options.handOffs, warmUp: Math.ceil(options.handOffs / 5), inFlight: 1, connections: 1 })),
    ...(options.history > 0 && { restart: await restarts(kind, database, options, say) }),
    ...(database.isShared && { serverKilled: await times('a server is killed', () => serverStruck(options, database.freshUrl())) }),
    ...(database.isShared && blows !== undefined && { databaseKilled: await times('the database is killed', () => databaseStruck(options, blows)) }),
  };
}

/** What was measured is said at once: it takes long, and whoever cuts it off has what was there. */
function tellingOf(kind, what, { runs }, say) {
  return (run, found) => say(`${kind}: ${what}, run ${run} of ${runs}${found === undefined ? '' : `: ${JSON.stringify(found)}`}`);
}

async function repeated(runs, tell, measure) {
  const measured = [];
  for (let run = 1; run <= runs; run += 1) {
    tell(run);
    measured.push(await measure());
    tell(run, measured.at(-1));
  }
  return summaryOf(measured);
}

async function flowsOn(database, options, profiled = []) {
  const directory = temporaryDirectory(options.directory);
  try {
    const { pid } = database;
    return await runFlows(directory.path, { ...options, store: database.freshUrl(), ...(pid !== undefined && { database: pid }) }, profiled);
  } finally {
    directory.remove();
  }
}

/** From the start of the process until a flow of a long history can be asked for. */
async function restarts(kind, database, options, say) {
  const directory = temporaryDirectory(options.directory);
  try {
    say(`${kind}: restart, once a history of ${options.history} flows is there`);
    const store = database.freshUrl();
    await runFlows(directory.path, { ...options, store, flows: options.history, warmUp: 0 });
    return { flows: options.history, ...await repeated(options.runs, tellingOf(kind, 'restart', options, say), () => startUntilAsked(directory.path, store)) };
  } finally {
    directory.remove();
  }
}

async function startUntilAsked(directory, store) {
  const begun = performance.now();
  const server = await startServer(directory, { store });
  try {
    const answer = await fetch(`${server.url}/api/v1/runs?limit=1`, { headers: { authorization: `Bearer ${tokenIn(directory, 'operator')}` } });
    const { items } = await answer.json();
    if (items.length !== 1) throw new Error('the history is not there');
    return { ms: performance.now() - begun, peakMemoryMiB: peakMemoryOf(server.pid) };
  } finally {
    await server.stop();
  }
}
