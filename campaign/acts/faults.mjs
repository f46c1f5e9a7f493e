// What strikes, each from the first blow to the moment at which everybody is back. Jobs are started and words are said meanwhile.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Broken } from '../check/broken.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { crash } from './crash.mjs';
import { killAgent, restartServer } from './restarts.mjs';

/**
 * @param round `note(fault, step)` for the table, `excuse(agent, why)` for what an agent cannot know any more
 */
export async function strike(stage, fault, round) {
  await pause(fault.afterMs);
  await ACTS[fault.kind](stage, fault, round);
}

const stepOf = (stage, name) => stage.products.get(name).stepCounts()?.newest;

const ACTS = {
  crash: (stage, fault, round) => crash(stage, fault, round),

  'kill-server': async (stage, { lastsMs }, round) => {
    await stage.server.kill();
    round.note('kill-server', stepOf(stage, 'server'));
    await pause(lastsMs);
    await restartServer(stage);
  },

  'kill-agent': async (stage, { agent, lastsMs, slots }, round) => {
    await killAgent(stage, agent, round);
    round.note('kill-agent', stepOf(stage, agent));
    await pause(lastsMs);
    stage.startAgent(agent, slots);
  },

  'kill-both': async (stage, { agent, lastsMs, slots }, round) => {
    await Promise.all([stage.server.kill(), killAgent(stage, agent, round)]);
    round.note('kill-both', stepOf(stage, 'server'));
    round.note('kill-both', stepOf(stage, agent));
    await pause(lastsMs);
    await restartServer(stage);
    stage.startAgent(agent, slots);
  },

  'pause-server': (stage, fault, round) => paused(stage, 'server', fault, round),
  'pause-agent': (stage, fault, round) => paused(stage, fault.agent, fault, round),

  cut: async (stage, { agent }, round) => {
    round.note('cut', stepOf(stage, agent));
    stage.proxies.get(agent).cut();
  },

  'hold-back': async (stage, { agent, lastsMs, ends }, round) => {
    const proxy = stage.proxies.get(agent);
    round.note('hold-back', stepOf(stage, agent));
    proxy.hold('up', 'down');
    await pause(lastsMs);
    if (ends === 'released') proxy.release();
    else proxy.cut();
  },

  // The server has stored what came up, and nobody hears that.
  'lose-answers': (stage, fault, round) => lost(stage, 'down', 'lose-answers', fault, round),
  'lose-requests': (stage, fault, round) => lost(stage, 'up', 'lose-requests', fault, round),

  'disk-full-agent': (stage, fault, round) => full(stage, fault.agent, 'disk-full-agent', fault, round),
  'disk-full-server': (stage, fault, round) => full(stage, 'server', 'disk-full-server', fault, round),

  'derived-deleted': async (stage, { lastsMs }, round) => {
    await stage.server.kill();
    round.note('derived-deleted', stepOf(stage, 'server'));
    rmSync(join(stage.data, 'derived'), { recursive: true, force: true });
    await pause(lastsMs);
    await restartServer(stage);
  },

  'journal-lost': async (stage, { agent, lastsMs, slots }, round) => {
    round.excuse(agent, 'journal');
    await killAgent(stage, agent, round);
    round.note('journal-lost', stepOf(stage, agent));
    rmSync(stage.agentData(agent), { recursive: true, force: true, maxRetries: 5 });
    await pause(lastsMs);
    stage.startAgent(agent, slots);
  },

  reboot: async (stage, { agent, lastsMs, slots }, round) => {
    round.excuse(agent, 'processes');
    await killAgent(stage, agent, round);
    round.note('reboot', stepOf(stage, agent));
    stage.killProcessesIn(stage.agentData(agent));
    stage.bootIds.set(agent, randomUUID());
    await pause(lastsMs);
    stage.startAgent(agent, slots);
  },

  'journal-rollback': async (stage, { agent, lastsMs, slots }, round) => {
    round.excuse(agent, 'journal');
    const [data, copy] = [stage.agentData(agent), `${stage.agentData(agent)}-copy`];
    await killAgent(stage, agent, round);
    rmSync(copy, { recursive: true, force: true });
    execFileSync('cp', ['-a', data, copy]);
    stage.startAgent(agent, slots);
    await pause(1000 + lastsMs);
    await killAgent(stage, agent, round);
    round.note('journal-rollback', stepOf(stage, agent));
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    execFileSync('cp', ['-a', copy, data]);
    stage.startAgent(agent, slots);
  },

  'log-restore': async (stage, { lastsMs }, round) => {
    const copy = join(stage.directory, 'log-copy');
    const files = (from, to) => execFileSync('sh', ['-c', 'rm -f "$2"/log.db*; mkdir -p "$2"; cp "$1"/log.db* "$2"/', 'sh', from, to]);
    await stage.server.kill();
    files(stage.data, copy);
    await restartServer(stage);
    await pause(1000 + lastsMs);
    await stage.server.kill();
    round.note('log-restore', stepOf(stage, 'server'));
    files(copy, stage.data);
    round.logWentBack();
    await restartServer(stage);
    const said = await until(async () => (await stage.api.request('POST', '/log/restored', { reason: 'the campaign put back a copy' })).status < 300, 30_000);
    if (said === undefined) throw new Broken(7, 'nobody could say that the log was restored');
  },
};

async function paused(stage, name, { kind, lastsMs }, round) {
  const product = stage.products.get(name);
  round.note(kind, stepOf(stage, name));
  product.strike('SIGSTOP');
  await pause(lastsMs);
  product.strike('SIGCONT');
}

async function lost(stage, way, kind, { agent, lastsMs }, round) {
  const proxy = stage.proxies.get(agent);
  round.note(kind, stepOf(stage, agent));
  proxy.lose(way);
  await pause(lastsMs);
  proxy.cut();
}

async function full(stage, name, kind, { lastsMs }, round) {
  if (!stage.canFillDisks) return;
  const disk = stage.disks.get(name);
  round.note(kind, stepOf(stage, name));
  disk.fill();
  await pause(lastsMs);
  disk.heal();
}
