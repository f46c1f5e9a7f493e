// A process is armed for a step and ends itself there; what makes the step likely is done meanwhile.
import { pause, until } from '../stage/waiting.mjs';
import { killAgent, restartServer } from './restarts.mjs';

const PATIENCE_MS = 2_500;

export async function crash(stage, fault, round) {
  const { step, who, agent, passing, prelude, lastsMs, slots } = fault;
  const name = who === 'server' ? 'server' : agent;
  if (prelude === 'queue') await makeQueue(stage, agent, round);
  const product = stage.products.get(name);
  await product.arm(step, passing);
  if (prelude === 'reconnect') stage.proxies.get(agent).cut();
  const isHit = () => product.hits().includes(step);
  const helping = help(prelude, isHit, round);
  await until(isHit, PATIENCE_MS, 20);
  await helping;
  if (!isHit() || who === 'wrapper') await product.arm(undefined);
  await pause(20);
  // Also where none was seen: a wrapper that was spawned just now may come there yet.
  if (who === 'wrapper') round.excuse(agent, 'processes');
  if (!isHit()) return round.missed(step);
  round.note('crash', step);
  if (who === 'wrapper') return undefined;
  if (who === 'agent') round.excuse(agent, 'tasks');
  await product.ended;
  await pause(lastsMs);
  if (who === 'server') await restartServer(stage);
  else stage.startAgent(agent, slots);
}

async function help(prelude, isHit, round) {
  for (let turn = 0; turn < 10 && !isHit() && prelude !== undefined; turn += 1) {
    if (prelude === 'stops' || prelude === 'queue') await round.workload.stopSome();
    if (prelude === 'words') await round.workload.say();
    await pause(100);
  }
}

/** Dispatches that nobody heard of yet, for an agent that comes back with one slot: they wait in its line. */
async function makeQueue(stage, agent, round) {
  const proxy = stage.proxies.get(agent);
  proxy.hold('down');
  await round.workload.startMore(4);
  await pause(300);
  await killAgent(stage, agent, round);
  proxy.cut();
  const product = stage.startAgent(agent, 1);
  await product.line('connected to ', 10_000);
}
