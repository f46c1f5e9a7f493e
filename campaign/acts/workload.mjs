// Starts runs, and says the words of operators, as long as the faults strike. What was answered is kept for the checker.
import { Broken } from '../check/broken.mjs';
import { randomFrom } from '../draw/random.mjs';
import { jobnetFrom } from '../draw/jobnets.mjs';
import { AGENTS } from '../stage/names.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { wordFor } from './words.mjs';

export const JOBNETS = Array.from({ length: 8 }, (_, index) => `N${index + 1}`);
const MOST_RUNS = 1.25;
/** A server has to have noticed that an agent is away before it can be declared lost. */
const DECLARING_MS = 2_000;

export class Workload {
  constructor(stage, { seed, round, runs }) {
    Object.assign(this, { stage, runs, seed: `${seed}-${round}` });
    this.random = randomFrom(seed, round, 'jobnets');
    this.pace = randomFrom(seed, round, 'pace');
    this.choice = randomFrom(seed, round, 'words');
    /** Every command that was answered with a place in the log. */
    this.answered = [];
    /** Views of runs as the API showed them in the middle of all that. */
    this.seen = [];
    this.started = [];
    this.isOver = false;
  }

  async define() {
    for (const name of JOBNETS) await this.answer('PUT', `/jobnets/${name}`, jobnetFrom(this.random, name, AGENTS, this.stage.marks));
  }

  /** Until the faults are over, and at least as many runs as were asked for. */
  async run() {
    await Promise.all([this.startRuns(), this.sayWords()]);
  }

  async startRuns() {
    while (this.started.length < this.runs || (!this.isOver && this.started.length < MOST_RUNS * this.runs)) {
      await this.startMore(1);
      await pause(this.pace.whole(50, this.isOver ? 60 : 900));
    }
  }

  async sayWords() {
    while (!this.isOver) {
      await this.say();
      await pause(this.choice.whole(40, 240));
    }
  }

  /** Through every outage: the key makes one that was answered by nobody harmless. */
  async startMore(count) {
    for (let index = 0; index < count; index += 1) {
      const [number, jobnet] = [this.started.length + 1, this.random.pick(JOBNETS)];
      this.started.push(undefined);
      const { runId } = await this.answer('POST', `/jobnets/${jobnet}/runs`, { reason: 'the campaign' }, `start-${this.seed}-${number}`);
      this.started[number - 1] = runId;
    }
  }

  /** One word about one run, if it comes through. */
  async say(kind) {
    const runId = this.choice.pick(this.started.filter((each) => each !== undefined).slice(-10));
    if (runId === undefined) return;
    const view = await this.look(runId).catch(() => undefined);
    if (view === undefined) return;
    const word = wordFor(this.choice, view, AGENTS, kind);
    // Two operators see the same and say the same.
    const speakers = this.choice.chance(0.3) ? 2 : 1;
    if (word !== undefined) await Promise.all(Array.from({ length: speakers }, () => this.tell(word)));
  }

  /** The run as it is shown, by any server, in the life of the log in which it was asked for. */
  async look(runId) {
    const { life } = this.stage;
    const { answer: { status, body }, mustShow, server } = await this.stage.api.look(`/runs/${runId}`);
    if (status === 404) this.seen.push({ runId, life, mustShow, server, isMissing: true });
    if (status !== 200) throw new Error(`GET /runs/${runId}: ${status} ${JSON.stringify(body)}`);
    this.seen.push({ ...body, life, mustShow, server });
    return body;
  }

  async stopSome() {
    for (let turn = 0; turn < 4; turn += 1) await this.say('stop');
  }

  /** What it had is given up. It may be back all the same, and say how that ended. */
  async declareLost(agent) {
    await until(async () => (await this.tell({ path: `/agents/${agent}/declare-lost` }))?.status === 200, DECLARING_MS, 200);
  }

  /** Refused is fine: the state has gone on. */
  async tell({ path, body }) {
    const { life } = this.stage;
    const answer = await this.stage.api.request('POST', path, { reason: 'the campaign', ...body }).catch(() => undefined);
    if (answer?.status === 200) this.answered.push({ what: `POST ${path}`, position: answer.body.position, life });
    return answer;
  }

  async answer(method, path, body, key) {
    let refused;
    const told = await until(async () => {
      const { life } = this.stage;
      const answer = await this.stage.api.request(method, path, body, key === undefined ? {} : { 'idempotency-key': key });
      if (answer.status >= 400 && answer.status < 500) refused = answer;
      return answer.status < 300 ? { ...answer.body, life } : refused;
    }, 60_000, 100);
    if (told === undefined) throw new Broken(7, `${method} ${path}: no answer for a minute`);
    if (refused !== undefined) throw new Broken(10, `${method} ${path}: ${JSON.stringify(refused)}, and there was nothing wrong with it`);
    this.answered.push({ what: `${method} ${path}`, position: told.position, life: told.life, ...(told.runId !== undefined && { runId: told.runId }) });
    return told;
  }
}
