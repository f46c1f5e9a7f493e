import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventView, JobnetView, RunView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
}, 60_000);

afterEach(() => here.destroy(), 60_000);

const jobs = {
  Good: 'A1: { agent: local, command: "echo out; echo err >&2" }\n  A2: { agent: local, command: "true", after: A1 }',
  Failing: 'A1: { agent: local, command: "exit 3" }\n  A2: { agent: local, command: "true", after: A1 }',
  Ending: 'A1: { agent: local, command: "exit 4" }',
  Waiting: 'A1: { agent: nobody, command: "true" }',
};

/** One run of everything: succeeded, failing, ended, skipped, waiting for an agent, and one whose job is out while its agent is away. */
async function liveALittle(): Promise<string> {
  for (const [name, text] of Object.entries(jobs)) await here.api.define(name, `jobnet: ${name}\n${name === 'Ending' ? 'onFailure: end\n' : ''}jobs:\n  ${text}\n`);
  await here.api.define('Open', `jobnet: Open\njobs:\n  A1: { agent: local, command: "while [ ! -e ${here.path('release')} ]; do sleep 0.1; done; echo real; exit 0" }\n  A2: { agent: local, command: "true", after: A1 }\n`);
  await here.api.define('Good', `jobnet: Good\nparameters: { P: second }\njobs:\n  ${jobs.Good}\n`);
  await here.status(await here.api.start('Good'), 'succeeded');
  await here.status(await here.api.start('Ending'), 'failed');
  await here.status(await here.api.start('Failing'), 'failing');
  const skipped = await here.api.start('Waiting');
  await here.job(skipped, 'A1', 'ready');
  await here.api.request('POST', `/api/v1/runs/${skipped}/jobs/A1/skip`, { reason: 'not needed', ticket: 'OPS-1' });
  await here.api.start('Waiting');
  const open = await here.api.start('Open');
  await here.job(open, 'A1', 'running');
  await here.killAgent();
  await waitFor('the contact is lost', async () => (await here.api.agents())[0]?.state === 'away');
  return open;
}

/** What every query answers, page by page. */
async function answers() {
  const { api } = here;
  const runs = await api.all<RunView>('/api/v1/runs');
  const ofRuns = await Promise.all(runs.map(async ({ runId, jobs: ofRun }) => ({
    shown: await api.run(runId),
    events: await api.all<EventView>(`/api/v1/runs/${runId}/events`),
    output: await Promise.all(ofRun.flatMap(({ jobId }) => ['stdout', 'stderr'].map((stream) => api.request('GET', `/api/v1/runs/${runId}/jobs/${jobId}/output?stream=${stream}`)))),
  })));
  const jobnets = await api.all<JobnetView>('/api/v1/jobnets');
  return recorded({
    runs, ofRuns, jobnets,
    shownJobnets: await Promise.all(jobnets.map(({ jobnet }) => api.get(`/api/v1/jobnets/${jobnet}`))),
    byStatus: await Promise.all(['running', 'failing', 'succeeded', 'failed'].map((status) => api.all<RunView>(`/api/v1/runs?status=${status}`))),
    firstPage: await api.get('/api/v1/runs?limit=2'),
    running: await api.running(),
    agents: await api.agents(),
  });
}

/** When an agent was last heard of is told by who heard it, and is no state. */
function recorded<Answers>(answers: Answers): Answers {
  return JSON.parse(JSON.stringify(answers, (key, value: unknown) => (key === 'lastContactAt' ? undefined : value))) as Answers;
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('after %s, without what was derived', (signal) => {
  it('every query answers as before, and the log has only grown by the stop and the start', async () => {
    const open = await liveALittle();
    const before = await answers();
    const events = await here.api.events();
    expect(before.runs.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'failing', 'succeeded', 'running', 'running']);
    expect(before.running).toMatchObject([{ runId: open, jobId: 'A1', state: 'running', evidence: { kind: 'silent' } }]);

    await here.server?.kill(signal);
    expect(here.server?.exitCode).toBe(signal === 'SIGTERM' ? 0 : null);
    rmSync(join(here.data, 'derived'), { recursive: true, force: true });
    await here.startServer();

    expect(await answers()).toEqual(before);
    const after = await here.api.events();
    expect(after.slice(0, events.length)).toEqual(events);
    const since = after.slice(events.length).map(({ type }) => type).filter((type) => type !== 'TokenUsed');
    expect(since).toEqual(signal === 'SIGTERM' ? ['ServerStopped', 'ServerStarted'] : ['ServerStarted']);
    expect(after.find(({ type, revision, position }) => type === 'ServerStarted' && BigInt(position) > events.length && revision > 0)?.data).toMatchObject({ found: { openRuns: 3, openExecutions: 1 } });

    writeFileSync(here.path('release'), '');
    await here.startAgent();
    expect((await here.status(open, 'succeeded')).jobs.map(({ attempt }) => attempt)).toEqual([1, 1]);
  }, 120_000);
});

it('what is derived lies in one directory and nowhere else: tokens, the server\'s name and the log are all that stays', async () => {
  await here.server?.kill('SIGTERM');
  rmSync(join(here.data, 'derived'), { recursive: true, force: true });
  expect(['log.db', 'operator.token', 'agent.token'].filter((name) => !existsSync(join(here.data, name)))).toEqual([]);
  await here.startServer();
  expect(await here.api.agents()).toMatchObject([{ name: 'local' }]);
}, 60_000);
