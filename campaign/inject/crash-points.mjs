// Loaded into a server or an agent with `node --import`: counts the steps that the process passes, and ends it by SIGKILL at the one it was
// armed for. Armed by CAMPAIGN_CRASH=STEP#K, or later by a file and SIGUSR2. What was passed stands in a file that a SIGKILL leaves behind.
import { appendFileSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { loadIntoHosts } from './host-spawning.mjs';
import { classOf, isProduct, ownerOf, replace, side } from './patching.mjs';
import { KEEPER_STEPS, METHOD_STEPS, STEP_NAMES } from './steps.mjs';
import { useWrapperCopies } from './wrapper-points.mjs';

async function install() {
  const directory = process.env.CAMPAIGN_DIRECTORY;
  const point = new CrashPoints(directory);
  point.arm(process.env.CAMPAIGN_CRASH ?? '');
  process.on('SIGUSR2', () => point.arm(readFileSync(join(directory, 'arm'), 'utf8')));
  const isHere = ({ step, stores }) => step.startsWith(`${side}:`) && stores?.includes(process.env.CAMPAIGN_STORE) !== false;
  for (const each of METHOD_STEPS.filter(isHere)) await wrap(point, each);
  if (side !== 'agent') return;
  await hearKeeper(point);
  await compactOften();
  useWrapperCopies(directory, point);
  loadIntoHosts();
}

/** Else no journal of a round would become long enough to be written anew. */
const COMPACT_AFTER_BYTES = 8 * 1024;

async function compactOften() {
  const journal = await classOf('apps/agent/src/journal/agent-journal.js', 'AgentJournal');
  replace(journal, 'open', (original, directory, given) => original(directory, { ...given, compactAfterBytes: COMPACT_AFTER_BYTES }));
}

class CrashPoints {
  constructor(directory) {
    this.directory = directory;
    this.indexOf = new Map(STEP_NAMES.map((step, index) => [step, index]));
    // The newest step, and how often each was passed.
    this.counts = new Uint32Array(STEP_NAMES.length + 1);
    this.file = openSync(join(directory, 'steps'), 'w');
  }

  arm(text) {
    const [step, count] = text.trim().split('#');
    this.armed = step === '' ? undefined : { step, left: Number(count) };
    if (this.armed !== undefined && !this.indexOf.has(step)) throw new Error(`there is no step '${step}'`);
  }

  pass(step) {
    const index = this.indexOf.get(step);
    this.counts[0] = index + 1;
    this.counts[index + 1] += 1;
    writeSync(this.file, this.counts, 0, undefined, 0);
    if (!this.isDue(step)) return;
    appendFileSync(join(this.directory, 'hits'), `${step}\n`);
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  }

  /** Whether the next passing is the one. */
  isNext(step) {
    return this.armed?.step === step && this.armed.left === 1;
  }

  isDue(step) {
    if (this.armed?.step !== step) return false;
    this.armed.left -= 1;
    return this.armed.left === 0;
  }
}

async function wrap(point, { step, module, name, method, when, only = () => true, of = () => true }) {
  if (when === 'alone') return wrapAlone(point, step, await ownerOf(module, name), method);
  replace(await ownerOf(module, name), method, function around(original, ...given) {
    const counts = only(...given) && of(this);
    if (counts && when === 'before') point.pass(step);
    const answer = original(...given);
    if (!counts || when !== 'after') return answer;
    if (typeof answer?.then !== 'function') {
      point.pass(step);
      return answer;
    }
    return answer.then((told) => {
      point.pass(step);
      return told;
    });
  });
}

/** What it asks goes to the database together with what comes behind it: where it is to die in between, that is kept back until the first is answered. */
function wrapAlone(point, step, owner, method) {
  replace(owner, method, (original, connection, ...given) => {
    const asked = original(connection, ...given);
    if (point.isNext(step)) connection.run = () => asked.then(() => point.pass(step));
    else point.pass(step);
    return asked;
  });
}

async function hearKeeper(point) {
  const keeper = await classOf('apps/agent/src/executions/execution-keeper.js', 'ExecutionKeeper');
  replace(keeper, 'open', (original, options) => original({
    ...options,
    onStep: (name) => {
      if (KEEPER_STEPS[name] === undefined) throw new Error(`the keeper has a step '${name}' that the table does not know`);
      point.pass(KEEPER_STEPS[name]);
    },
  }));
}

if (isProduct) await install();
