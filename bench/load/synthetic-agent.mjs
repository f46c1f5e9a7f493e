import { randomUUID } from 'node:crypto';
import { eventsIn } from './server-sent-events.mjs';

const NOTHING = { bytes: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', tail: '', truncated: false };
const MOST_REPORTS = 500;

/**
 * An agent that keeps nothing and runs nothing: frames in, finished results out at once, one batch of reports under way at a time. What
 * is left to measure is the server.
 *
 * @param onFlowDone called when the result of an A2 is acknowledged
 */
export async function connectSyntheticAgent(api, enrolment, onFlowDone, onTrouble) {
  const hello = {
    helloId: randomUUID(), journalId: randomUUID(), journalSequence: 0, servedUpTo: '0', slots: 10_000, version: 'bench', host: 'bench', pid: process.pid, bootId: 'bench', inventory: [],
  };
  const { session, credential } = await api.post('/api/v1/agents/bench/sessions', hello, enrolment);
  const frames = await api.stream(`/api/v1/agents/bench/dispatches?session=${session}`, credential);
  const agent = new SyntheticAgent((reports) => api.post('/api/v1/agents/bench/reports', { session, reports }, credential), onFlowDone);
  agent.take(frames).catch(onTrouble);
  return agent;
}

class SyntheticAgent {
  due = [];
  isSending = false;
  /** When the batch with a run's A1 was sent. */
  sentAt = new Map();
  handOffs = [];

  constructor(send, onFlowDone) {
    Object.assign(this, { send, onFlowDone });
  }

  async take(frames) {
    for await (const { kind, spec } of eventsIn(frames)) {
      if (kind !== 'dispatch') continue;
      if (spec.jobId === 'A2') this.handOffs.push(performance.now() - this.sentAt.get(spec.runId));
      this.sentAt.delete(spec.runId);
      this.due.push(finished(spec));
      // After the frames that came with this one.
      if (!this.isSending) setImmediate(() => this.flush());
    }
    throw new Error('the server ended the stream of dispatches');
  }

  async flush() {
    if (this.isSending) return;
    this.isSending = true;
    while (this.due.length > 0) {
      const reports = this.due.splice(0, MOST_REPORTS);
      const now = performance.now();
      for (const { jobId, runId } of reports) if (jobId === 'A1') this.sentAt.set(runId, now);
      await this.send(reports);
      for (const { jobId } of reports) if (jobId === 'A2') this.onFlowDone();
    }
    this.isSending = false;
  }
}

function finished({ executionId, runId, jobId }) {
  const at = new Date().toISOString();
  return {
    executionId, runId, jobId, sequence: 3, state: 'finished', acceptedAt: at, startedAt: at, finishedAt: at, exitCode: 0, durationMs: 0,
    output: { stdout: NOTHING, stderr: NOTHING },
  };
}
