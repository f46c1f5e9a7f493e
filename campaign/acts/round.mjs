// One round, from an empty directory to the checker's word.
import { Broken, findingOf } from '../check/broken.mjs';
import { check, checkRecord, openRuns } from '../check/laws.mjs';
import { readMarks } from '../check/marks.mjs';
import { randomFrom } from '../draw/random.mjs';
import { storyOf } from '../report/story.mjs';
import { AGENTS } from '../stage/names.mjs';
import { Stage } from '../stage/stage.mjs';
import { pause, until } from '../stage/waiting.mjs';
import { STORES } from '../stores/kinds.mjs';
import { undecidedStarts } from '../check/schedules.mjs';
import { strike } from './faults.mjs';
import { restartServers } from './restarts.mjs';
import { Schedules } from './schedules.mjs';
import { JOBNETS, Workload } from './workload.mjs';
import { closingWords } from './words.mjs';

const CLOSING_MS = 90_000;
/** A row of starts that may not overlap closes one run after the other: patience begins anew with each. */
const ROW_MS = 600_000;
/** Every question costs both sides more than the jobs that are waited for. */
const ASKING_MS = 500;
const MARKING_MS = 120_000;
const ANSWERING_MS = 60_000;
const RESULTS = ['JobFinished', 'JobStopped', 'LateResultRecorded', 'ReportUnmatched'];

/**
 * @param logs where the round gets its log
 * @returns how many executions there were, and what is broken, if anything: which law (none where it is the campaign itself that failed), what, story, and where it lies
 */
export async function play(plan, coverage, { logs, breaks }) {
  const { seed, round: number, store, servers } = plan;
  const stage = await Stage.open({ store, servers, logs, breaks, random: randomFrom(seed, number, 'asked servers') });
  const round = new Round(stage, plan, coverage);
  let broken;
  try {
    await round.play();
  } catch (error) {
    broken = { ...findingOf(error), directory: stage.directory, story: await round.story(error.runId) };
  }
  // What was found is told, also where its traces could not be put away.
  await stage.close({ keep: broken !== undefined }).catch((error) => { broken ??= { ...findingOf(error), directory: stage.directory, story: [] }; });
  return { executions: round.executions, faults: round.faults, broken };
}

class Round {
  constructor(stage, plan, coverage) {
    Object.assign(this, { stage, plan, coverage, executions: 0, faults: 0 });
    /** What was done to agents, and where the log stood then: what they cannot know any more, of executions before that. */
    this.excuses = [];
    this.marking = [];
    this.atWork = new Map();
    this.workload = new Workload(stage, plan);
    this.schedules = new Schedules(stage, this.workload, plan, JOBNETS);
  }

  /** One that struck, and the newest step of each process that it met. */
  note(fault, ...steps) {
    this.coverage.note(fault, ...steps);
    this.faults += 1;
  }

  /** One work with an agent's directory after the other. */
  alone(agent, work) {
    const done = (this.atWork.get(agent) ?? Promise.resolve()).then(work);
    this.atWork.set(agent, done.catch(() => undefined));
    return done;
  }

  /** A step that nothing came to, or a fault that found nothing to strike. */
  missed(what) {
    this.coverage.miss(what);
  }

  /** @param from where the log stood when nothing was amiss yet, if that is known */
  excuse(agent, why, from) {
    const excuse = { agent, why, from, upTo: undefined, processIds: this.stage.processIds.get(agent) };
    this.excuses.push(excuse);
    this.marking.push(this.mark().then((place) => { excuse.upTo = place; }));
  }

  /** Where the log stands, as soon as a server says so: everything that has come to an agent by now was dispatched before that. */
  mark() {
    const { stage } = this;
    return until(async () => {
      const { life } = stage;
      const position = await stage.api.end();
      return life === stage.life ? { life, position } : undefined;
    }, MARKING_MS, 20);
  }

  async play() {
    const { stage, plan, workload } = this;
    await restartServers(stage, stage.serverNames);
    AGENTS.forEach((name, index) => stage.startAgent(name, plan.slots[index]));
    await Promise.all(AGENTS.map((name) => stage.agent(name).line('connected to ')));
    await workload.define();
    await this.schedules.define();
    const working = workload.run();
    working.catch(() => undefined);
    for (const fault of plan.faults) await strike(stage, fault, this);
    for (const spare of plan.spares) if (this.faults < plan.least) await strike(stage, spare, this);
    workload.isOver = true;
    await working;
    await Promise.all(this.marking);
    await this.schedules.pause();
    await this.checkRecord();
    await this.closeRuns();
    await this.lastResults();
    this.judge(await this.log());
  }

  /** The operator says what has to be said, until every run is closed and nothing is out. */
  async closeRuns() {
    const { stage, workload } = this;
    const random = randomFrom(this.plan.seed, this.plan.round, 'closing');
    const begun = performance.now();
    let newest = { open: Infinity, at: begun };
    const closed = await until(async () => {
      this.surprised();
      for (const name of AGENTS) await workload.tell({ path: `/agents/${name}/resume` });
      const out = new Set((await stage.api.all('/running')).map(({ runId }) => runId));
      const due = (await stage.api.all('/runs')).filter(({ runId, finishedAt }) => finishedAt === undefined || out.has(runId));
      for (const { runId } of due) for (const word of closingWords(random, await stage.api.get(`/runs/${runId}`))) await workload.tell(word);
      await this.schedules.answerAsked();
      // The log knows what a server that lags behind another has not heard of.
      const log = await stage.api.log();
      const open = Math.max(due.length, openRuns(log).length) + undecidedStarts(log).length;
      if (open < newest.open) newest = { open, at: performance.now() };
      return open === 0 ? 'closed' : performance.now() - newest.at > CLOSING_MS && 'stuck';
    }, ROW_MS, ASKING_MS);
    this.surprised();
    if (closed !== 'closed') {
      // What keeps it open says more than that it is.
      await this.checkRecord();
      const [due] = (await stage.api.all('/runs')).filter(({ finishedAt }) => finishedAt === undefined);
      throw new Broken(7, `${due === undefined ? 'executions are still out' : `run ${due.runId} is still open`} after ${Math.round((performance.now() - begun) / 1000)} s of an operator's words`, due?.runId ?? (await stage.api.all('/running'))[0]?.runId);
    }
  }

  /** A result may come after its run was closed: an agent has to have its time to tell it. */
  async lastResults() {
    await until(async () => {
      const logs = [...this.stage.formerLogs.map(({ log }) => log), await this.stage.api.log()];
      const known = new Set(logs.flat().filter(({ type }) => RESULTS.includes(type)).map(({ data }) => data.executionId));
      return [...readMarks(this.stage.marks).values()].every(({ executionId, ended }) => ended.length === 0 || known.has(executionId));
    }, this.excuses.length === 0 ? 10_000 : 2_000, ASKING_MS);
    const runs = await until(() => this.stage.api.all('/runs'), ANSWERING_MS) ?? [];
    for (const { runId } of runs) await until(() => this.workload.look(runId), ANSWERING_MS);
  }

  get isGapless() {
    return STORES[this.plan.store].isGapless;
  }

  /** The log as it is now, from whoever tells it: a busy machine, or a server without its database, needs its time. */
  async log() {
    const log = await until(() => this.stage.api.log(), ANSWERING_MS);
    if (log === undefined) throw new Broken(7, `no server tells the log for ${ANSWERING_MS / 1000} s`);
    return log;
  }

  async checkRecord() {
    checkRecord({ log: await this.log(), answered: this.workload.answered.filter(({ life }) => life === this.stage.life), isGapless: this.isGapless });
  }

  judge(log) {
    const { workload: { answered, seen }, excuses, stage: { formerLogs: former } } = this;
    this.executions = check({ marks: readMarks(this.stage.marks), former, log, answered, seen, excuses, isGapless: this.isGapless });
    this.surprised();
  }

  surprised() {
    const [surprise] = this.stage.surprises;
    if (surprise !== undefined) throw new Broken(7, surprise);
  }

  async story(runId) {
    await pause(0);
    const log = await this.stage.api.log().catch(() => []);
    return runId === undefined ? [] : storyOf(runId, log, readMarks(this.stage.marks));
  }
}
