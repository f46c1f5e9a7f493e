import type { EventView } from '#protocol/api';
import { defineA, resultWhileServerIsDown, skipWhileAgentIsAway } from './acts.js';
import { Stage } from './stage.js';

/**
 * `npm run demo`: plays the ticket that Kiroku comes from, with real processes and a real `kill -9`. Exits 0 only if all that
 * it tells was so.
 */
async function play(): Promise<void> {
  const stage = new Stage();
  try {
    const serverPid = await stage.startServer();
    const agentPid = await stage.startAgent();
    tell(`A server (pid ${serverPid}) and an agent (pid ${agentPid}) run in ${stage.directory}.`);
    await defineA(stage);
    heading('First act: the server dies while A1 runs, and A1 ends before it is back');
    const first = await resultWhileServerIsDown(stage, tell, serverPid);
    heading('Second act: the agent dies, and an operator does not want to wait');
    const second = await skipWhileAgentIsAway(stage, tell, agentPid);
    heading('Who did what, when and why: the audit trail of both runs');
    for (const runId of [first, second]) await printTrail(stage, runId);
    heading('All of it held.');
  } finally {
    await stage.clear();
  }
}

async function printTrail(stage: Stage, runId: string): Promise<void> {
  const { view } = await stage.api.list<EventView>('/api/v1/events', { stream: `run-${runId}` }, true);
  for (const event of view.items) tell(lineOf(event));
  tell('');
}

function lineOf({ position, at, type, data, actor, reason }: EventView): string {
  const { jobId = '', exitCode, status } = data as { jobId?: string; exitCode?: number; status?: string };
  const facts = [jobId, exitCode === undefined ? '' : `exit ${exitCode}`, status ?? ''].filter((each) => each !== '').join(', ');
  const why = reason === undefined ? '' : `  "${reason}"`;
  return `${position.padStart(4)}  ${at.slice(11, 23)}  ${type.padEnd(18)}  ${facts.padEnd(12)}  ${actor.kind} ${actor.kind === 'server' ? '' : actor.id}${why}`;
}

function tell(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

function heading(line: string): void {
  process.stdout.write(`\n${line}\n`);
}

play().catch((error: unknown) => {
  process.stderr.write(`\nkiroku demo: it did not hold: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
