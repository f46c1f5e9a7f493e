// Load and agent in one process that costs next to nothing: the server alone is measured.
import { cpuOf, peakMemoryOf } from '../measure/process-figures.mjs';
import { spreadOf } from '../measure/statistics.mjs';
import { serveParent } from './child.mjs';
import { ClosedLoop } from './closed-loop.mjs';
import { apiClient } from './http.mjs';
import { connectSyntheticAgent } from './synthetic-agent.mjs';

serveParent(async (input, mark) => {
  const { url, token, enrolment, connections, jobnet, definition, pids, flows } = input;
  const api = apiClient(url, token, connections);
  await api.define(jobnet, definition);
  const marks = {};
  let agent;
  const onBoundary = (name) => {
    marks[name] = { at: performance.now(), server: cpuOf(pids.server).own, load: cpuOf(process.pid).own, ...(pids.database !== undefined && { database: wholeCpuOf(pids.database) }) };
    if (name === 'warm') agent.handOffs = [];
    mark(name);
  };
  const loop = new ClosedLoop(input, () => api.startRun(jobnet), onBoundary);
  agent = await connectSyntheticAgent(api, enrolment, () => loop.finished(), (error) => loop.fail(error));
  await loop.run();
  await api.close();
  const { warm, measured } = marks;
  return {
    flowsPerSecond: flows / ((measured.at - warm.at) / 1000), resultToNextDispatchMs: spreadOf(agent.handOffs),
    cpuMsPerFlow: Object.fromEntries(Object.keys(warm).filter((who) => who !== 'at').map((who) => [who, (measured[who] - warm[who]) / flows])),
    peakMemoryMiB: { server: peakMemoryOf(pids.server), load: peakMemoryOf(process.pid) }, connections,
  };
});

/** Of a database each connection may have a process. */
function wholeCpuOf(pid) {
  const { own, children } = cpuOf(pid);
  return own + children;
}
