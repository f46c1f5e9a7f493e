import type { AgentDetailsView, AgentView } from '#protocol/api';
import { orderWords } from '../output/order-words.js';
import type { Output } from '../output/output.js';
import { ageWords, localTime } from '../output/time-words.js';
import { showRunning } from '../runs/run-tables.js';

export function showAgents(agents: readonly AgentView[], out: Output): void {
  const now = out.nowMs;
  out.table(['AGENT', 'STATE', 'SINCE', 'SLOTS', 'OPEN', 'DRAINED', 'DECLARED LOST', 'HOST', 'VERSION', 'UNMATCHED'], agents.map((agent) => [
    agent.name, out.word(contactWord(agent)), sinceWords(agent.since, now), String(agent.slots), String(agent.openExecutions), orderWords(agent.drained, now),
    orderWords(agent.declaredLost, now), agent.host ?? '', agent.version ?? '', agent.unmatchedReports === 0 ? '' : `${agent.unmatchedReports} reports`,
  ]));
}

/** Everything that an operator has to look into; sections with nothing in them are left out. */
export function showAgent(agent: AgentDetailsView, out: Output): void {
  const now = out.nowMs;
  out.line(`agent ${agent.name}: ${contactWord(agent)} since ${sinceWords(agent.since, now)}${heardWords(agent, now)}`);
  if (agent.refused !== undefined) out.line(`it was told of more than this log holds, and gets no session: if the log was restored, say so (kiroku log restored); last tried ${localTime(agent.refused.at, now)}`);
  if (agent.declaredLost !== undefined) out.line(`declared lost ${orderWords(agent.declaredLost, now)}: nobody waits for what it had; over when it connects`);
  if (agent.drained !== undefined) out.line(`drained ${orderWords(agent.drained, now)}: nothing more is dispatched to it`);
  if (agent.newestSession === undefined) out.line('it has had no session yet');
  else out.line(sessionWords(agent.newestSession, agent.slots, now));
  if (agent.open.length > 0) section('open executions, the least certain first', out, () => showRunning(agent.open, out));
  if (agent.unmatched.length > 0) {
    section(`${headOf(agent.unmatched.length, agent.unmatchedReports)} that fit no run (in full: kiroku audit --type ReportUnmatched)`, out, () => {
      out.table(['TIME', 'EXECUTION', 'STATE', 'WHY'], agent.unmatched.map(({ at, executionId, state, why }) => [localTime(at, now), executionId, out.word(state), why]));
    });
  }
  if (agent.refusedConnections.length > 0) {
    section('refused connections with its name', out, () => {
      out.table(['TIME', 'HOST', 'PID', 'WHY'], agent.refusedConnections.map(({ at, host, pid, reason }) => [localTime(at, now), host, String(pid), reason]));
    });
  }
}

function section(heading: string, out: Output, show: () => void): void {
  out.line('');
  out.line(`${heading}:`);
  show();
}

function contactWord({ state, unreachable, refused }: AgentView): string {
  if (refused !== undefined) return refused.code;
  return state === 'away' && unreachable === true ? 'unreachable' : state;
}

function sinceWords(since: string, nowMs: number): string {
  return `${localTime(since, nowMs)} (${ageWords(nowMs - Date.parse(since))})`;
}

/** Nobody knows after a restart of the server when a link was last alive: then there is nothing to say. */
function heardWords({ lastContactAt }: AgentView, nowMs: number): string {
  return lastContactAt === undefined ? '' : `, last heard of ${localTime(lastContactAt, nowMs)}`;
}

function sessionWords({ session, connectedAt, host, pid, version, journalId, journalSequence }: NonNullable<AgentDetailsView['newestSession']>, slots: number, nowMs: number): string {
  return `session ${session} of ${localTime(connectedAt, nowMs)}: host ${host}, pid ${pid}, version ${version}, ${slots} slots, journal ${journalId} at ${journalSequence}`;
}

function headOf(shown: number, all: number): string {
  return shown < all ? `the newest ${shown} of ${all} reports` : `${all} ${all === 1 ? 'report' : 'reports'}`;
}
