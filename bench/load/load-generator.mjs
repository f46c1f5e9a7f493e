// The load: starts runs over HTTP, as many under way as it is told, and sees them finish. A process of its own.
import { cpuOf, peakMemoryOf } from '../measure/process-figures.mjs';
import { spreadOf } from '../measure/statistics.mjs';
import { serveParent } from './child.mjs';
import { ClosedLoop } from './closed-loop.mjs';
import { watchCompletions } from './completions.mjs';
import { apiClient } from './http.mjs';

serveParent(async (input, mark) => {
  const { url, token, connections, jobnet, definition, pids } = input;
  const api = apiClient(url, token, connections);
  const flows = new Flows(api, jobnet, { ...pids, load: process.pid }, mark);
  const { position } = await api.define(jobnet, definition);
  const loop = new ClosedLoop(input, () => flows.start(), (name) => flows.boundary(name));
  await watchCompletions(api, position, (runId) => flows.finished(runId, loop), (error) => loop.fail(error));
  await loop.run();
  await api.close();
  return { ...flows.figures(input.flows), connections };
});

class Flows {
  begunAt = new Map();
  taken = [];
  marks = {};

  constructor(api, jobnet, pids, mark) {
    Object.assign(this, { api, jobnet, pids, mark });
  }

  async start() {
    const at = performance.now();
    const { runId } = await this.api.startRun(this.jobnet);
    // Its end may have come before this answer.
    if (this.begunAt.has(runId)) this.record(runId, at);
    else this.begunAt.set(runId, at);
  }

  finished(runId, loop) {
    if (this.begunAt.has(runId)) this.record(runId, this.begunAt.get(runId));
    else this.begunAt.set(runId, undefined);
    loop.finished();
  }

  record(runId, begunAt) {
    this.begunAt.delete(runId);
    this.taken.push(performance.now() - begunAt);
  }

  boundary(name) {
    this.marks[name] = { at: performance.now(), cpu: Object.fromEntries(Object.entries(this.pids).map(([who, pid]) => [who, cpuOf(pid)])) };
    if (name === 'warm') this.taken = [];
    this.mark(name);
  }

  figures(flows) {
    const { warm, measured } = this.marks;
    const perFlow = (who, what) => (measured.cpu[who][what] - warm.cpu[who][what]) / flows;
    const agent = this.pids.agent === undefined ? {} : { agent: perFlow('agent', 'own'), children: perFlow('agent', 'children') };
    return {
      flowsPerSecond: flows / ((measured.at - warm.at) / 1000), flowMs: spreadOf(this.taken),
      cpuMsPerFlow: { server: perFlow('server', 'own'), ...agent, load: perFlow('load', 'own') },
      peakMemoryMiB: Object.fromEntries(Object.entries(this.pids).map(([who, pid]) => [who, peakMemoryOf(pid)])),
    };
  }
}
