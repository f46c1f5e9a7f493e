// Loaded into the agent with `node --import`: notes when the journal's records have become durable, and by it how long each
// hand-off took. One reading of a clock a sync; the product is as built.
import { OpenJournalFile } from '../../dist/apps/agent/src/journal/journal-file.js';
import { answerBench } from './answer-bench.mjs';

const FIRST = 'A1';
const SECOND = 'A2';

let syncs = 0;
let records = 0;
let handOffs = [];
/** When the first job's result was durable, by run. */
const ended = new Map();
/** Second jobs that were accepted without a slot: their start is a record of its own, which names the execution alone. */
const waiting = new Map();

const append = OpenJournalFile.prototype.append;

OpenJournalFile.prototype.append = async function traced(group, json) {
  await append.call(this, group, json);
  const at = performance.now();
  syncs += 1;
  records += group.length;
  for (const record of group) note(record, at);
};

function note(record, at) {
  switch (record.type) {
    case 'ended':
      if (record.report.jobId === FIRST) ended.set(record.report.runId, at);
      return;
    case 'accepted':
      if (record.spec.jobId !== SECOND) return;
      if (record.starting === undefined) waiting.set(record.spec.executionId, record.spec.runId);
      else begun(record.spec.runId, at);
      return;
    case 'starting':
      if (waiting.has(record.executionId)) begun(waiting.get(record.executionId), at);
      waiting.delete(record.executionId);
  }
}

function begun(runId, at) {
  const from = ended.get(runId);
  ended.delete(runId);
  if (from !== undefined) handOffs.push(at - from);
}

answerBench({
  reset: () => {
    [syncs, records, handOffs] = [0, 0, []];
  },
  journal: () => ({ syncs, records, handOffs }),
});
