import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { waitFor } from '../support/wait-for.js';

/** How many run at once; the scenario in full is 1,000. */
const AT_ONCE = Number(process.env['KIROKU_AT_ONCE'] ?? 200);
const PATIENCE_MS = 60_000 + 300 * AT_ONCE;
const RUNS = Math.ceil(AT_ONCE / 100);
const JOBS = Array.from({ length: AT_ONCE / RUNS }, (_, index) => `J${index + 1}`);

/** The jobs of the two gates are let go at different moments. */
const GATES = ['early', 'late'] as const;

let here: Deployment;
let open: number[];

/** Every job waits at a FIFO, which costs nothing however many wait, and leaves a mark when it begins and one when it ends. */
function jobnet(): string {
  const marks = here.path('marks');
  const job = (id: string, index: number): string => {
    const command = `echo begin >> ${marks}/$KIROKU_EXECUTION_ID; : < ${here.path(GATES[index % 2]!)}; echo end >> ${marks}/$KIROKU_EXECUTION_ID; exit 3`;
    return `  ${id}: { agent: local, successCodes: [3], command: ${JSON.stringify(command)} }\n`;
  };
  return `jobnet: A\njobs:\n${JOBS.map(job).join('')}`;
}

/** Whoever waits there goes on, and whoever comes later. */
function letGo(gate: (typeof GATES)[number]): void {
  open.push(openSync(here.path(gate), constants.O_RDWR));
}

const marks = () => readdirSync(here.path('marks'));
const contentOf = (execution: string) => readFileSync(join(here.path('marks'), execution), 'utf8');

const ended = () => marks().filter((execution) => contentOf(execution).endsWith('end\n')).length;

async function executionsOf(type: string): Promise<string[]> {
  return (await here.api.events(`?type=${type}`)).map(({ data }) => (data as { executionId: string }).executionId).sort();
}

describe(`15: ${AT_ONCE} jobs run at once`, () => {
  let executions: string[];

  beforeEach(async () => {
    here = await Deployment.create();
    open = [];
    mkdirSync(here.path('marks'));
    execFileSync('mkfifo', GATES.map((gate) => here.path(gate)));
    await here.startServer();
    await here.startAgent('local', { slots: AT_ONCE });
    await here.api.define('A', jobnet());
    const runs: string[] = [];
    for (let index = 0; index < RUNS; index += 1) runs.push(await here.api.start('A'));
    executions = runs.flatMap((runId) => JOBS.map((jobId) => `${runId}~${jobId}~1`)).sort();
    await waitFor('all of them run', async () => {
      const running = await here.api.running();
      return running.length === AT_ONCE && marks().length === AT_ONCE && running.every(({ state }) => state === 'running');
    }, PATIENCE_MS);
  }, 2 * PATIENCE_MS);

  afterEach(async () => {
    await here.destroy();
    open.forEach(closeSync);
  }, PATIENCE_MS);

  const killBoth = () => Promise.all([here.killServer(), here.killAgent()]);

  /** Resolves to the moment in which both are back. */
  async function startBoth(): Promise<number> {
    await here.startServer();
    await here.startAgent('local', { slots: AT_ONCE });
    return Date.now();
  }

  /** By the marks of the jobs themselves, and by the log. */
  async function expectAllOnce(back: number): Promise<void> {
    await waitFor('all runs have succeeded', async () => (await here.api.all<RunView>('/api/v1/runs')).every(({ status }) => status === 'succeeded'), PATIENCE_MS);
    expect(marks().sort()).toEqual(executions);
    expect(executions.filter((execution) => contentOf(execution) !== 'begin\nend\n')).toEqual([]);
    expect(await executionsOf('JobDispatched')).toEqual(executions);
    expect(await executionsOf('JobFinished')).toEqual(executions);
    expect(await here.api.running()).toEqual([]);
    await report(back);
  }

  /** A figure for people: what a busy machine makes of it decides nothing. */
  async function report(back: number): Promise<void> {
    const lastEnd = Math.max(...marks().map((execution) => statSync(join(here.path('marks'), execution)).mtimeMs));
    const lastFinished = Math.max(...(await here.api.events('?type=RunFinished')).map(({ at }) => Date.parse(at)));
    const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
    process.stderr.write(`${AT_ONCE} at once: the last run finished ${seconds(lastFinished - lastEnd)} s after the last job's own end, ${seconds(lastFinished - Math.max(lastEnd, back))} s after both were back as well\n`);
  }

  it('through kills of the server, of the agent and of both none is lost and none runs twice, whether it ends before they are back or after', async () => {
    await here.killServer();
    await here.startServer();
    await here.killAgent();
    await here.startAgent('local', { slots: AT_ONCE });
    await killBoth();
    letGo('early');
    await waitFor('half of them have ended', () => ended() === AT_ONCE / 2, PATIENCE_MS);
    const back = await startBoth();
    await waitFor('the other half is confirmed', async () => {
      const running = await here.api.running();
      return running.length === AT_ONCE / 2 && running.every(({ evidence }) => evidence.kind === 'confirmed');
    }, PATIENCE_MS);
    process.stderr.write(`${AT_ONCE} at once: results of half of them were there ${((Date.now() - back) / 1000).toFixed(1)} s after both were back\n`);
    letGo('late');
    await expectAllOnce(back);
  }, 4 * PATIENCE_MS);

  it('nor when both are killed while the results arrive', async () => {
    GATES.forEach(letGo);
    await waitFor('some results are there', async () => (await here.api.events('?type=JobFinished')).length > 0, PATIENCE_MS);
    await killBoth();
    await expectAllOnce(await startBoth());
  }, 4 * PATIENCE_MS);
});
