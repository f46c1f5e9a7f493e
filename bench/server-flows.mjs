// Completed flows (A1 -> A2) per second of a real server process, with an agent of this script's own that runs nothing: it answers
// each dispatch with a finished result at once. What it measures is the server: commands, commits with fsync, dispatch, reports.
//
//   node bench/server-flows.mjs [--flows 20000] [--in-flight 200]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const { values } = parseArgs({ options: { flows: { type: 'string', default: '20000' }, 'in-flight': { type: 'string', default: '200' } } });
const FLOWS = Number(values.flows);
const IN_FLIGHT = Number(values['in-flight']);
const kiroku = new URL('../bin/kiroku', import.meta.url).pathname;
const data = mkdtempSync(join(tmpdir(), 'kiroku-bench-'));

const server = spawn(kiroku, ['server', '--listen', '127.0.0.1:0', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const url = await listening(server);
  const token = (name) => readFileSync(join(data, name), 'utf8').trim();
  const http = new Pool(url, { connections: 64 });
  const post = poster(http);
  await request(http, 'PUT', '/api/v1/jobnets/A', token('operator.token'), 'application/yaml',
    'jobnet: A\njobs:\n  A1: { command: [noop], agent: bench }\n  A2: { command: [noop], agent: bench, after: A1 }\n');
  const agent = await connect(http, post, token('agent.token'));
  const cpuBefore = cpuSeconds(server.pid);
  const started = performance.now();
  await agent.complete(FLOWS, IN_FLIGHT, () => post('/api/v1/jobnets/A/runs', token('operator.token'), {}));
  const seconds = (performance.now() - started) / 1000;
  const cpu = cpuSeconds(server.pid) - cpuBefore;
  const latencies = agent.handOffs.sort((one, other) => one - other);
  const at = (share) => latencies[Math.floor(latencies.length * share)]?.toFixed(2);
  console.log(JSON.stringify({
    flows: FLOWS, inFlight: IN_FLIGHT, flowsPerSecond: Math.round(FLOWS / seconds), serverCpuMsPerFlow: Number(((cpu * 1000) / FLOWS).toFixed(3)),
    resultToNextDispatchMs: { p50: Number(at(0.5)), p99: Number(at(0.99)) }, serverPeakMemoryMiB: peakMemory(server.pid),
  }, null, 2));
} finally {
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
}
process.exit(0);

function listening(child) {
  return new Promise((resolve) => createInterface({ input: child.stdout }).on('line', (line) => resolve(line.replace('listening on ', ''))));
}

async function request(http, method, path, token, type, body) {
  const answer = await http.request({ path, method, body, headers: { authorization: `Bearer ${token}`, 'content-type': type } });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  return JSON.parse(text);
}

function poster(http) {
  return (path, token, body) => request(http, 'POST', path, token, 'application/json', JSON.stringify(body));
}

/** An agent that runs nothing: frames in, results out, one batch of reports under way at a time. */
async function connect(http, post, enrolment) {
  const hello = {
    helloId: randomUUID(), journalId: randomUUID(), journalSequence: 0, servedUpTo: '0', slots: 10_000, version: 'bench', host: 'bench', pid: process.pid, bootId: 'bench', inventory: [],
  };
  const { session, credential } = await post('/api/v1/agents/bench/sessions', enrolment, hello);
  const { body } = await http.request({ path: `/api/v1/agents/bench/dispatches?session=${session}`, method: 'GET', bodyTimeout: 0, headers: { authorization: `Bearer ${credential}` } });
  let due = [];
  let sending = false;
  let finishedFlows = () => undefined;
  const sentAt = new Map();
  const handOffs = [];

  async function flush() {
    if (sending) return;
    sending = true;
    while (due.length > 0) {
      const reports = due.splice(0, 500);
      const now = performance.now();
      for (const report of reports) if (report.jobId === 'A1') sentAt.set(report.runId, now);
      await post('/api/v1/agents/bench/reports', credential, { session, reports });
      for (const { jobId } of reports) if (jobId === 'A2') finishedFlows();
    }
    sending = false;
  }

  void (async () => {
    let buffer = '';
    for await (const chunk of body) {
      buffer += chunk;
      const events = buffer.split('\n\n');
      buffer = events.pop();
      for (const event of events) {
        const line = event.split('\n').find((each) => each.startsWith('data: '));
        if (line === undefined) continue;
        const { spec: { executionId, runId, jobId } } = JSON.parse(line.slice(6));
        if (jobId === 'A2') handOffs.push(performance.now() - (sentAt.get(runId) ?? NaN));
        const at = new Date().toISOString();
        const nothing = { bytes: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', tail: '', truncated: false };
        due.push({ executionId, runId, jobId, sequence: 3, state: 'finished', acceptedAt: at, startedAt: at, finishedAt: at, exitCode: 0, durationMs: 0, output: { stdout: nothing, stderr: nothing } });
      }
      void flush();
    }
  })();

  async function complete(flows, inFlight, start) {
    let begun = 0;
    let done = 0;
    await new Promise((resolve, reject) => {
      const next = () => {
        if (begun >= flows) return;
        begun += 1;
        start().catch(reject);
      };
      finishedFlows = () => {
        done += 1;
        if (done === flows) resolve();
        else next();
      };
      for (let index = 0; index < inFlight; index += 1) next();
    });
  }
  return { complete, handOffs };
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function peakMemory(pid) {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}
