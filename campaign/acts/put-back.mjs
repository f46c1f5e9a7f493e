// An earlier copy is put back: of an agent's directory, or of the log.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { Broken } from '../check/broken.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { killAgent, killServers, restartServers, stepOf } from './restarts.mjs';

const WORD_MS = 60_000;
/** Nobody who knows more has been seen until then: it is said all the same. */
const UNFORCED_MS = 6_000;

/** @param ends `cut`: before it is put back, the directory is gone altogether and begun anew */
export function journalRollback(stage, { agent, lastsMs, slots, ends }, round) {
  const [data, copy] = [stage.agentData(agent), `${stage.agentData(agent)}-copy`];
  return round.alone(agent, async () => {
    await killAgent(stage, agent, round);
    rmSync(copy, { recursive: true, force: true });
    // It may have been killed before it made one.
    mkdirSync(data, { recursive: true });
    execFileSync('cp', ['-a', data, copy]);
    const from = await round.mark();
    if (ends === 'cut') rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    stage.startAgent(agent, slots);
    await pause(1000 + lastsMs);
    await killAgent(stage, agent, round);
    round.note('journal-rollback', stepOf(stage, agent));
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    execFileSync('cp', ['-a', copy, data]);
    // What it had ended and told before the copy it has told; what it ended since, it may not know.
    round.excuse(agent, 'journal', from);
    stage.startAgent(agent, slots);
  });
}

/** @param meanwhile what is done while an operator says that the log was put back */
export async function logRestore(stage, { lastsMs, server }, round, meanwhile) {
  await killServers(stage);
  await stage.log.keepCopy();
  await restartServers(stage, stage.serverNames);
  await pause(1000 + lastsMs);
  // What agents hold and the copy has not.
  await round.workload.startMore(3);
  await killServers(stage);
  round.note('log-restore', stepOf(stage, server));
  // What is taken away is read before: nobody else knows of it afterwards. What a server answers from here on is of the next life.
  const former = { log: await stage.log.read(), kept: (await stage.log.readCopy()).length, said: undefined };
  stage.formerLogs.push(former);
  await stage.log.putBack();
  await restartServers(stage, stage.serverNames);
  const said = sayRestored(stage, round).then(async () => {
    former.said = await round.mark();
  });
  await Promise.all([said, meanwhile?.()]);
}

async function sayRestored(stage, { workload }) {
  const begun = performance.now();
  const said = await until(async () => {
    const force = performance.now() - begun > UNFORCED_MS;
    return (await workload.tell({ path: '/log/restored', body: { reason: 'the campaign put back a copy', ...(force && { force }) } }))?.status === 200;
  }, WORD_MS, 100);
  if (said === undefined) throw new Broken(7, 'nobody could say that the log was restored');
}
