// A process is armed for a step and ends itself there; what makes the step likely is done meanwhile.
import { pause, until } from '../stage/waiting.mjs';
import { logRestore } from './put-back.mjs';
import { killAgent, loseJournal, restartServers } from './restarts.mjs';
import { GONE_MS, ownerOfTimers } from './several-servers.mjs';

const PATIENCE_MS = 2_500;
/** Where a process has to start first, or an operator's word to be accepted. */
const LONG_PATIENCE_MS = 9_000;
const LONG = ['restore', 'forget', 'work', 'time'];
/** These die alone, and what is their agent's goes on: what dies with them. */
const CHILDREN = { wrapper: 'processes', host: 'tasks' };

export async function crash(stage, fault, round) {
  if (fault.prelude === 'restore') return logRestore(stage, fault, round, () => crashAtStep(stage, fault, round));
  if (fault.prelude === 'queue') await makeQueue(stage, fault.agent, round);
  // What comes along seldom gets a second time, at its first passing.
  if (!(await crashAtStep(stage, fault, round))) await crashAtStep(stage, { ...fault, passing: 1, prelude: fault.prelude ?? 'work' }, round);
}

/** Of several servers all are armed: the first to come there dies, and the others go on, unless they come there in the same moment. @returns whether one came there */
async function crashAtStep(stage, { step, who, agent, server, passing, prelude, lastsMs, slots }, round) {
  const names = who === 'server' ? stage.serverNames : [agent];
  const products = names.map((name) => stage.products.get(name));
  await Promise.all(products.map((product) => product.arm(step, passing)));
  if (prelude === 'reconnect') stage.links.get(agent).cut();
  const isHit = () => products.some((product) => product.hits().includes(step));
  // It may come there before all of that is done, and somebody has to start it again.
  const helping = Promise.all([prelude === 'forget' && forget(stage, agent, slots, round), prelude === 'alone' && leaveAlone(stage, server, isHit), help(prelude, isHit, round)]);
  await until(isHit, patienceFor(prelude), 20);
  if (!isHit()) await helping;
  await Promise.all(products.filter((product) => !product.hits().includes(step) || CHILDREN[who] !== undefined).map((product) => product.arm(undefined)));
  await pause(20);
  // Also where none was seen: a wrapper that was spawned just now may come there yet.
  if (CHILDREN[who] !== undefined) round.excuse(agent, CHILDREN[who]);
  if (!isHit()) {
    round.missed(step);
    return false;
  }
  round.note('crash', step);
  if (CHILDREN[who] !== undefined) return true;
  if (who === 'agent') round.excuse(agent, 'tasks');
  const hit = () => names.filter((_, index) => products[index].hits().includes(step));
  await Promise.all(hit().map((name) => stage.products.get(name).ended));
  await pause(lastsMs);
  if (who === 'server') await restartServers(stage, hit());
  else stage.startAgent(agent, slots);
  // What is asked of a server that is gone is answered by the next one.
  await helping;
  return true;
}

/** Who is left alone until he is gone comes back only then. */
function patienceFor(prelude) {
  if (prelude === 'alone') return GONE_MS + LONG_PATIENCE_MS;
  return LONG.includes(prelude) ? LONG_PATIENCE_MS : PATIENCE_MS;
}

async function help(prelude, isHit, round) {
  for (let turn = 0; turn < 12 && !isHit() && prelude !== undefined; turn += 1) {
    if (prelude === 'stops' || prelude === 'queue') await round.workload.stopSome();
    if (prelude === 'words') await round.workload.say();
    if (prelude === 'work' && turn % 3 === 0) await round.workload.startMore(1);
    await pause(100);
  }
}

/** Without the one that owns the timers, until the others say that it is gone; then it is back. */
async function leaveAlone(stage, otherwise, isHit) {
  const owner = await ownerOfTimers(stage) ?? otherwise;
  stage.frozen.add(owner);
  stage.server(owner).strike('SIGSTOP');
  await until(isHit, GONE_MS, 20);
  stage.server(owner).strike('SIGCONT');
  stage.frozen.delete(owner);
}

/** Dispatches that nobody heard of yet, for an agent that comes back with one slot: they wait in its line. */
async function makeQueue(stage, agent, round) {
  const links = stage.links.get(agent);
  links.hold('down');
  await round.workload.startMore(4);
  await pause(300);
  await killAgent(stage, agent, round);
  links.cut();
  const product = stage.startAgent(agent, 1);
  await product.line('connected to ', 10_000);
}

/** An agent that has something, and knows nothing of it any more. */
async function forget(stage, agent, slots, round) {
  await round.workload.startMore(3);
  await pause(100);
  await loseJournal(stage, agent, { slots }, round);
}
