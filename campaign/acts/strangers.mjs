// Who has no business here: a second agent of a name, a repeat of what was said, garbage.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Broken } from '../check/broken.mjs';
import { shout } from '../stage/shouting.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { stepOf } from './restarts.mjs';

const PATIENCE_MS = 10_000;
const STANDS_MS = 400;

/** On a copy of the first one's directory, or on an empty one with the enrolment token: refused, and the session of the first one goes on. */
export async function secondAgent(stage, { agent, lastsMs, ends }, round) {
  const session = await standingSession(stage, agent);
  if (session === undefined) return round.missed('second-agent');
  const [data, output] = [join(stage.directory, `${agent}-stranger`), join(stage.directory, `${agent}-stranger.log`)];
  for (const path of [data, output]) rmSync(path, { recursive: true, force: true });
  // Of a directory in use: what comes and goes meanwhile is missing in the copy.
  if (ends === 'released') spawnSync('cp', ['-a', stage.agentData(agent), data], { stdio: 'ignore' });
  round.note('second-agent', stepOf(stage, agent));
  const stranger = stage.startStranger(agent, data);
  const isRefused = () => existsSync(output) && readFileSync(output, 'utf8').includes('"trouble"');
  const told = await until(() => stranger.lines.find((line) => line.startsWith('connected to ')) ?? (isRefused() || !stranger.isAlive), PATIENCE_MS);
  await pause(lastsMs);
  const after = await until(() => stage.api.get(`/agents/${agent}`), PATIENCE_MS);
  await stranger.kill();
  if (typeof told === 'string') throw new Broken(8, `a second agent ${agent} was let in while session ${session} of the first one stood`);
  if (after?.session !== session) throw new Broken(8, `a second agent ${agent} came, and session ${session} of the first one did not go on: there is ${after?.session}`);
}

/** The session of the agent's process that is there now, if it stands for a while: of one that was killed the server may not have noticed yet. */
async function standingSession(stage, agent) {
  let [number, since] = [undefined, 0];
  return until(async () => {
    const { state, session } = await stage.api.get(`/agents/${agent}`);
    const isOfThisOne = stage.agent(agent).lines.some((line) => line.startsWith('connected to '));
    if (state !== 'connected' || session !== number || !isOfThisOne) [number, since] = [session, performance.now()];
    return state === 'connected' && performance.now() - since > STANDS_MS ? session : undefined;
  }, PATIENCE_MS);
}

/** All that the agent has said lately, hellos of sessions long over too, again and once more, then to another server if there is one: while it is there, or while it is not. */
export async function repeat(stage, { agent, lastsMs, ends }, round) {
  const links = stage.links.get(agent);
  await pause(lastsMs);
  round.note('repeat', stepOf(stage, agent));
  if (ends === 'cut') links.cut();
  for (const elsewhere of [false, true]) await links.repeat({ elsewhere });
}

/** On a server's port, and into the middle of a request of the agent. What is inserted holds a NUL: it cannot pass for something that was said. */
export async function garbage(stage, { agent, server, lastsMs }, round) {
  const links = stage.links.get(agent);
  round.note('garbage', stepOf(stage, server));
  links.spoil(Buffer.concat([Buffer.alloc(1), randomBytes(1 + (lastsMs % 300))]));
  const said = links.lastOverheard ?? Buffer.from('POST /api/v1/agents/one/reports HTTP/1.1\r\n');
  const head = `POST /api/v1/agents/${agent}/reports HTTP/1.1\r\nhost: kiroku\r\ncontent-type: application/json\r\n`;
  const nonsense = [
    randomBytes(1 + 50 * lastsMs), said.subarray(0, said.length - 1), said.subarray(0, said.length >> 1),
    Buffer.from(`${head}x-long: ${'x'.repeat(1 << 20)}\r\n\r\n`), Buffer.from(`${head}content-length: ${1 << 26}\r\n\r\n${'{'.repeat(1 << 24)}`),
    Buffer.from(`${head}content-length: -1\r\n\r\n`), Buffer.from(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`), Buffer.from(`${head}content-length: 12\r\n\r\n{"session":1`),
  ];
  await Promise.all(nonsense.map((bytes) => shout(stage.portOf(server), bytes)));
  await pause(lastsMs);
}
