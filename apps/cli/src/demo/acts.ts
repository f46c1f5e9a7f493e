import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandAnswer, JobView, RunView } from '#protocol/api';
import type { Stage } from './stage.js';

/** Tells one line of the story. */
export type Tell = (line: string) => void;

/** A1 works until the demo lets it end (or is gone), so that the kill always falls into its middle; both jobs leave marks. */
export async function defineA(stage: Stage): Promise<void> {
  const mark = (word: string) => `echo "${word} $KIROKU_RUN_ID $KIROKU_JOB_ID" >> "${stage.marks}"`;
  const a1 = `${mark('begin')}; while [ -d "${stage.directory}" ] && [ ! -e "${join(stage.directory, 'end-')}$KIROKU_RUN_ID" ]; do sleep 0.05; done; echo "A1: 42 rows loaded"; ${mark('end')}`;
  const definition = { jobnet: 'A', jobs: { A1: { agent: 'local', command: a1 }, A2: { agent: 'local', after: 'A1', command: mark('begin') } } };
  await stage.api.send({ method: 'PUT', path: '/api/v1/jobnets/A', contentType: 'application/json', body: JSON.stringify(definition) }, []);
}

/** The seed ticket: the result comes while the server is dead. */
export async function resultWhileServerIsDown(stage: Stage, tell: Tell, serverPid: number): Promise<string> {
  const runId = await startUntilA1Runs(stage, tell);
  await stage.kill('server');
  tell(`kill -9 ${serverPid}: the server is dead. A1 does not notice.`);
  await letA1End(stage, runId);
  tell('A1 ended, and there was nobody to tell. The agent keeps the result on disk and keeps trying.');
  tell(`The server is back (pid ${await stage.startServer()}). It has folded its log: A1 is still running as far as anybody can know.`);
  const run = await finished(stage, runId);
  expect(run.jobs.map(stateOf), ['A1 succeeded', 'A2 succeeded']);
  expect(marksOf(stage, runId), ['begin A1', 'end A1', 'begin A2']);
  const { view } = await stage.api.get<{ tail: string }>(`/api/v1/runs/${runId}/jobs/A1/output`, ['tail']);
  expect([view.tail], ['A1: 42 rows loaded\n']);
  tell('The result arrived: A1 succeeded with its real output, A2 ran. Each exactly once; nobody had to guess, stop or skip.');
  return runId;
}

/** An operator goes on without a job whose agent is away; what it brings later is kept and changes nothing. */
export async function skipWhileAgentIsAway(stage: Stage, tell: Tell, agentPid: number): Promise<string> {
  const runId = await startUntilA1Runs(stage, tell);
  await stage.kill('agent');
  await stage.until('A1 is silent', async () => (await jobOf(stage, runId, 'A1')).evidence.kind === 'silent' || undefined);
  tell(`kill -9 ${agentPid}: the agent is dead, its job goes on. Kiroku shows A1 as running, silent; not as failed.`);
  await skip(stage, runId);
  tell('An operator has checked by hand and skips A1 with a reason. A2 is ready and says what it waits for:');
  tell(`  ${(await jobOf(stage, runId, 'A2')).waitsFor?.join(', ') ?? ''}`);
  await stage.startAgent();
  expect((await finished(stage, runId)).jobs.map(stateOf), ['A1 skipped', 'A2 succeeded']);
  tell('The agent is back and has found A1 still running. A2 ran, the run succeeded.');
  await letA1End(stage, runId);
  const late = await stage.until('the late result', async () => (await jobOf(stage, runId, 'A1')).executions.find((each) => each.late === true));
  expect([`${late.state} ${late.exitCode}`, ...marksOf(stage, runId)], ['succeeded 0', 'begin A1', 'begin A2', 'end A1']);
  tell('A1 ended at last: its result is kept beside the decision, as a late result, and changed nothing.');
  return runId;
}

async function startUntilA1Runs(stage: Stage, tell: Tell): Promise<string> {
  const body = JSON.stringify({ reason: 'the demo' });
  const { view } = await stage.api.send<CommandAnswer>({ method: 'POST', path: '/api/v1/jobnets/A/runs', contentType: 'application/json', body }, ['runId']);
  const runId = view.runId ?? '';
  await stage.until('A1 runs', async () => (await jobOf(stage, runId, 'A1')).state === 'running' && marksOf(stage, runId).length > 0 || undefined);
  tell(`Run ${runId} of jobnet A (A1, then A2) is started; A1 runs.`);
  return runId;
}

async function skip(stage: Stage, runId: string): Promise<void> {
  const body = JSON.stringify({ reason: 'looked at the database: the rows are there' });
  await stage.api.send({ method: 'POST', path: `/api/v1/runs/${runId}/jobs/A1/skip`, contentType: 'application/json', body }, []);
}

async function letA1End(stage: Stage, runId: string): Promise<void> {
  writeFileSync(join(stage.directory, `end-${runId}`), '');
  await stage.until('A1 has ended', () => marksOf(stage, runId).includes('end A1') && existsSync(stage.marks) || undefined);
}

async function finished(stage: Stage, runId: string): Promise<RunView> {
  return stage.until('the run is finished', async () => {
    const { view } = await stage.api.get<RunView>(`/api/v1/runs/${runId}`, ['jobs']);
    return view.finishedAt === undefined ? undefined : view;
  });
}

async function jobOf(stage: Stage, runId: string, jobId: string): Promise<JobView> {
  const { view } = await stage.api.get<RunView>(`/api/v1/runs/${runId}`, ['jobs']);
  const job = view.jobs.find((each) => each.jobId === jobId);
  if (job === undefined) throw new Error(`the run has no ${jobId}`);
  return job;
}

function stateOf({ jobId, state }: JobView): string {
  return `${jobId} ${state}`;
}

/** What the jobs of a run wrote themselves: the only witness that does not depend on Kiroku. */
function marksOf(stage: Stage, runId: string): string[] {
  return stage.markLines().filter((line) => line.includes(runId)).map((line) => line.replace(`${runId} `, ''));
}

function expect(actual: readonly string[], wanted: readonly string[]): void {
  if (JSON.stringify(actual) !== JSON.stringify(wanted)) throw new Error(`expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`);
}
