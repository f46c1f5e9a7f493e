import { join } from 'node:path';
import { askOnce } from '../load/child.mjs';
import { startServer, temporaryDirectory } from '../load/product.mjs';
import { logFigures } from './log-figures.mjs';
import { runFlows } from './server-only.mjs';

const READER = new URL('read-log.mjs', import.meta.url);
/** Of a flow with the agent that costs nothing; the log is counted afterwards. */
const EVENTS_PER_FLOW = 6;

/**
 * How fast a log becomes a state: a server's start over a log of flows against its start over an empty one, and the reading of that log
 * alone. The log lies in the page cache.
 */
export async function replay(options) {
  const [filled, empty] = [temporaryDirectory(options.directory), temporaryDirectory(options.directory)];
  try {
    await runFlows(filled.path, { ...options, flows: Math.ceil(options.events / EVENTS_PER_FLOW), warmUp: 0 });
    await startOn(empty.path);
    const { allEvents: events, bytes, runs } = logFigures(filled.path);
    const measured = [];
    for (let run = 0; run < options.runs; run += 1) measured.push(await measure(filled.path, empty.path, events));
    return { events, runsInLog: runs, logMiB: bytes / 2 ** 20, measured };
  } finally {
    filled.remove();
    empty.remove();
  }
}

async function measure(filled, empty, events) {
  const emptyStartMs = await startOn(empty);
  const startMs = await startOn(filled);
  const { milliseconds: readMs } = await askOnce(READER, { file: join(filled, 'data', 'log.db') });
  return {
    emptyStartMs, startMs, readMs,
    coldStartEventsPerSecond: events / ((startMs - emptyStartMs) / 1000), readEventsPerSecond: events / (readMs / 1000),
  };
}

/** From the start of the process to "listening on". */
async function startOn(directory) {
  const server = await startServer(directory);
  await server.stop();
  return server.startedInMs;
}
