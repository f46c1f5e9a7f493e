// The least that tells what went wrong: the run's events, and between them what its jobs wrote.

const MOST_LINES = 80;

export function storyOf(runId, log, marks) {
  const events = log.filter(({ stream }) => stream === `run-${runId}`).map(({ at, position, type, data, actor, reason }) => ({
    at: Date.parse(at), line: `${position.padStart(5)} ${type} ${wordsOf(data)} by ${actor.kind} ${actor.id}${reason === undefined ? '' : ` (${reason})`}`,
  }));
  const written = [...marks.values()].filter((each) => each.runId === runId).flatMap(({ executionId, begun, ended }) => [
    ...begun.map(({ at, pid }) => ({ at: at * 1000, line: `      the job itself: ${executionId} begins, process ${pid}` })),
    ...ended.map(({ at, pid, code }) => ({ at: at * 1000, line: `      the job itself: ${executionId} ends, process ${pid}, with ${code}` })),
  ]);
  const lines = [...events, ...written].sort((one, other) => one.at - other.at).map(({ at, line }) => `${new Date(at).toISOString().slice(11, 23)} ${line}`);
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), `... and ${lines.length - MOST_LINES} more`];
}

function wordsOf({ jobId, executionId, exitCode, outcome, reason, status, agent }) {
  return [executionId ?? jobId, agent, outcome ?? status, exitCode === undefined ? undefined : `exit ${exitCode}`, reason].filter((each) => each !== undefined).join(' ');
}
