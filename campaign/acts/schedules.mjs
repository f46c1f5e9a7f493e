// Schedules that are due every few seconds while the faults strike, until an operator pauses them.
import { Broken } from '../check/broken.mjs';
import { randomFrom } from '../draw/random.mjs';
import { AGENTS } from '../stage/names.mjs';
import { until } from '../stage/waiting.mjs';

const NAMES = ['S1', 'S2', 'S3'];
/** A server that five rounds share two cores with may be starting once more. */
const PAUSING_MS = 120_000;

export class Schedules {
  constructor(stage, workload, { seed, round }, jobnets) {
    Object.assign(this, { stage, workload, jobnets, names: NAMES });
    this.random = randomFrom(seed, round, 'schedules');
    this.answers = randomFrom(seed, round, 'asked');
  }

  /** One at least does not let runs overlap. Those that do start something small: there is one every few seconds, whatever becomes of the one before. */
  async define() {
    const { random, workload, stage } = this;
    this.names = NAMES.slice(0, random.whole(2, 3));
    const env = { MARKS: stage.marks, LASTS: '0.010', FAILS: 'never', CODE: '0' };
    await workload.answer('PUT', '/jobnets/T1', { jobnet: 'T1', onFailure: 'end', jobs: { J1: { agent: random.pick(AGENTS), task: 'work', parameters: env, onLost: 'rerun', onUnknown: 'rerun' } } });
    for (const [index, schedule] of this.names.entries()) {
      const overlap = random.pick(['skip', 'queue', 'replace', ...(index > 0 ? ['allow'] : [])]);
      await workload.answer('PUT', `/schedules/${schedule}`, {
        schedule, jobnet: overlap === 'allow' ? 'T1' : random.pick(this.jobnets), every: `${random.whole(overlap === 'skip' ? 1 : 2, 3)}s`, overlap,
        // Hours that a clock jumps over are no minutes of starts.
        misfire: random.pick(['runAll', 'runLatest', 'skip', 'ask']), within: '75s',
      });
    }
  }

  async pause() {
    for (const name of this.names) {
      const paused = await until(async () => (await this.workload.tell({ path: `/schedules/${name}/pause` }))?.status === 200, PAUSING_MS, 200);
      if (paused === undefined) throw new Broken(7, `schedule ${name} could not be paused for ${PAUSING_MS / 1000} s`);
    }
  }

  /** What operators were asked about is started or left out. */
  async answerAsked() {
    for (const { schedule, asked } of await this.stage.api.all('/schedules')) {
      for (const { key } of asked) await this.workload.tell({ path: `/schedules/${schedule}/occurrences/${key}/${this.answers.chance(0.5) ? 'start' : 'skip'}` });
    }
  }
}
