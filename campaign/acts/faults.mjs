// What strikes, each from the first blow to the moment at which everybody is back. Jobs are started and words are said meanwhile.
import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { killProcessesIn } from '../stage/processes.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { crash } from './crash.mjs';
import { DATABASE_ACTS } from './database-faults.mjs';
import { journalRollback, logRestore } from './put-back.mjs';
import { killAgent, loseJournal, restartServer, stayAway, stepOf } from './restarts.mjs';
import { SERVERS_ACTS } from './several-servers.mjs';
import { garbage, repeat, secondAgent } from './strangers.mjs';

const HOUR_MS = 3_600_000;
/** More than any agent takes to have its directory. */
const STARTED_MS = 10_000;

/**
 * @param round `note(fault, step)` for the table (of two processes the step of each), `missed(fault)` where it did not strike, `excuse(agent, why)` for what an agent cannot know any more
 */
export async function strike(stage, fault, round) {
  await pause(fault.afterMs);
  await ACTS[fault.kind](stage, fault, round);
}

const ACTS = {
  crash: (stage, fault, round) => crash(stage, fault, round),
  ...SERVERS_ACTS,
  ...DATABASE_ACTS,

  'kill-server': async (stage, { server, lastsMs }, round) => {
    await stage.server(server).kill();
    round.note('kill-server', stepOf(stage, server));
    await pause(lastsMs);
    await restartServer(stage, server);
  },

  'kill-agent': async (stage, fault, round) => {
    const { agent, slots } = fault;
    await killAgent(stage, agent, round);
    round.note('kill-agent', stepOf(stage, agent));
    await stayAway(fault, round);
    stage.startAgent(agent, slots);
  },

  'kill-both': async (stage, { agent, server, lastsMs, slots, isDeclaredLost }, round) => {
    await Promise.all([stage.server(server).kill(), killAgent(stage, agent, round)]);
    round.note('kill-both', stepOf(stage, server), stepOf(stage, agent));
    await pause(lastsMs);
    await restartServer(stage, server);
    await stayAway({ agent, lastsMs: 0, isDeclaredLost }, round);
    stage.startAgent(agent, slots);
  },

  'pause-server': async (stage, fault, round) => {
    stage.frozen.add(fault.server);
    await paused(stage, fault.server, fault, round);
    stage.frozen.delete(fault.server);
  },
  'pause-agent': (stage, fault, round) => paused(stage, fault.agent, fault, round),

  cut: async (stage, { agent }, round) => {
    round.note('cut', stepOf(stage, agent));
    stage.links.get(agent).cut();
  },

  'hold-back': async (stage, { agent, lastsMs, ends }, round) => {
    const links = stage.links.get(agent);
    round.note('hold-back', stepOf(stage, agent));
    links.hold('up', 'down');
    await pause(lastsMs);
    if (ends === 'released') links.release();
    else links.cut();
  },

  // The server has stored what came up, and nobody hears that.
  'lose-answers': (stage, fault, round) => lost(stage, 'down', 'lose-answers', fault, round),
  'lose-requests': (stage, fault, round) => lost(stage, 'up', 'lose-requests', fault, round),

  'disk-full-agent': (stage, fault, round) => full(stage, fault.agent, 'disk-full-agent', fault, round),
  'disk-full-server': (stage, fault, round) => full(stage, fault.server, 'disk-full-server', fault, round),

  'derived-deleted': async (stage, { server, lastsMs }, round) => {
    await stage.server(server).kill();
    round.note('derived-deleted', stepOf(stage, server));
    rmSync(join(stage.serverData(server), 'derived'), { recursive: true, force: true });
    await pause(lastsMs);
    await restartServer(stage, server);
  },

  'journal-lost': (stage, { agent, lastsMs, slots, isDeclaredLost }, round) =>
    loseJournal(stage, agent, { slots, lastsMs, isDeclaredLost, onGone: () => round.note('journal-lost', stepOf(stage, agent)) }, round),

  reboot: async (stage, fault, round) => {
    const { agent, slots } = fault;
    await killAgent(stage, agent, round);
    round.note('reboot', stepOf(stage, agent));
    killProcessesIn(stage.agentData(agent));
    round.excuse(agent, 'processes');
    stage.bootIds.set(agent, randomUUID());
    await stayAway(fault, round);
    stage.startAgent(agent, slots);
  },

  // Started again with a wall clock that is hours ahead or behind; it stays so.
  'clock-jump': async (stage, { agent, server, lastsMs, slots, ends, hours }, round) => {
    const name = ends === 'cut' ? server : agent;
    await (name === server ? stage.server(server).kill() : killAgent(stage, agent, round));
    round.note('clock-jump', stepOf(stage, name));
    stage.clocks.set(name, hours * HOUR_MS);
    await pause(lastsMs);
    if (name === server) await restartServer(stage, server);
    else stage.startAgent(agent, slots);
  },

  'second-agent': secondAgent,
  repeat,
  garbage,

  'journal-rollback': journalRollback,
  'log-restore': logRestore,
};

async function paused(stage, name, { kind, lastsMs }, round) {
  const product = stage.products.get(name);
  round.note(kind, stepOf(stage, name));
  product.strike('SIGSTOP');
  await pause(lastsMs);
  product.strike('SIGCONT');
}

async function lost(stage, way, kind, { agent, lastsMs }, round) {
  const links = stage.links.get(agent);
  round.note(kind, stepOf(stage, agent));
  links.lose(way);
  await pause(lastsMs);
  links.cut();
}

/** Without root there is no disk that could become full. */
async function full(stage, name, kind, { lastsMs }, round) {
  if (!stage.canFillDisks) return round.missed(kind);
  const disk = stage.disks.get(name);
  // On a full disk nobody begins a directory: who has lost his ends with 1 there, as a server without a log does (test/e2e/full-at-start.spec.ts).
  if (kind === 'disk-full-agent') await until(() => existsSync(join(stage.agentData(name), 'executions')), STARTED_MS);
  round.note(kind, stepOf(stage, name));
  disk.fill();
  await pause(lastsMs);
  disk.heal();
}
