import { writeFileSync } from 'node:fs';
import type { EventView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
}, 60_000);

afterEach(() => here.destroy(), 60_000);

/** The events of these types on the run's own stream. */
const eventsOf = (runId: string, ...types: string[]): Promise<EventView[]> => here.api.events(`?stream=run-${runId}&type=${types.join(',')}`);
const dueOf = ({ data }: EventView): string => (data as { due: string }).due;
const mark = (word: string) => `echo "${word}" >> ${here.path('marks')}`;
const untilReleased = () => `while [ ! -e ${here.path('release')} ]; do sleep 0.05; done`;

function jobnet(command: string, more: string, rest = ''): string {
  return `jobnet: A\n${rest}\njobs:\n  A1: { agent: local, command: ${JSON.stringify(command)}, ${more} }\n`;
}

describe('times that are written in a jobnet, with real processes', () => {
  it('try a failed job again with longer waits, over a SIGKILL of the server between failure and attempt, each once', async () => {
    await here.api.define('A', jobnet(`${mark('attempt $KIROKU_ATTEMPT')}; [ $KIROKU_ATTEMPT -ge 3 ]`, 'retry: { limit: 3, delaySeconds: 2, backoff: 2 }'));
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'retrying');
    await here.killServer();
    await here.startServer();
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['attempt 1', 'attempt 2', 'attempt 3']);
    const failures = await eventsOf(runId, 'JobFinished');
    const plans = await eventsOf(runId, 'JobRetryPlanned');
    const attempts = await eventsOf(runId, 'JobRerunRequested');
    expect(plans.map((plan, index) => Date.parse(dueOf(plan)) - Date.parse(failures[index]?.at ?? ''))).toEqual([2_000, 4_000]);
    expect(attempts.map(({ at }, index) => at >= dueOf(plans[index] as EventView))).toEqual([true, true]);
    expect(attempts).toMatchObject([{ actor: { kind: 'server' }, data: { policy: 'retry' } }, { actor: { kind: 'server' }, data: { policy: 'retry' } }]);
    expect(await eventsOf(runId, 'JobDispatched')).toHaveLength(3);
  }, 120_000);

  it('stop a job whose time runs out while the server is down, and what comes after it does not run', async () => {
    const runId = await here.startUntilA1Runs(`${jobnet(`${mark('begin')}; trap '${mark('term')}; exit 0' TERM; ${untilReleased()}`, 'timeout: { seconds: 3 }')}  A2: { agent: local, after: A1, command: "${mark('A2').replaceAll('"', '\\"')}" }\n`);
    await here.killServer();
    await waitFor('its agent has stopped it', () => here.marks().includes('term'));
    await here.startServer();
    const job = await here.job(runId, 'A1', 'stopped');
    expect(job).toMatchObject({ exitCode: 0, executions: [{ timedOut: true }] });
    expect((await here.api.run(runId)).status).toBe('failing');
    expect(await eventsOf(runId, 'JobStopped', 'JobStopRequested', 'JobFinished')).toMatchObject([{ type: 'JobStopped', actor: { kind: 'agent' }, data: { policy: 'timeout' } }]);
    expect(here.marks()).toEqual(['begin', 'term']);
  }, 120_000);

  it('keep counting a job\'s time over a SIGKILL of its agent', async () => {
    const runId = await here.startUntilA1Runs(jobnet(`${mark('begin')}; ${untilReleased()}`, 'timeout: { seconds: 3 }'));
    await here.killAgent();
    await here.startAgent();
    expect(await here.job(runId, 'A1', 'stopped')).toMatchObject({ signal: 'SIGTERM', executions: [{ timedOut: true }] });
    expect(here.marks()).toEqual(['begin']);
  }, 120_000);

  it('warn once of a job that takes longer, over a SIGKILL of both, and let it go on', async () => {
    const runId = await here.startUntilA1Runs(jobnet(`${mark('begin')}; ${untilReleased()}; ${mark('end')}`, 'timeout: { seconds: 1, then: warn }'));
    await waitFor('it is on record', async () => (await eventsOf(runId, 'JobOverran')).length > 0);
    await Promise.all([here.killServer(), here.killAgent()]);
    await here.startServer();
    await here.startAgent();
    expect(await here.job(runId, 'A1', 'running')).toMatchObject({ executions: [{ overranAt: expect.any(String) as string }] });
    writeFileSync(here.path('release'), '');
    await here.status(runId, 'succeeded');
    expect(await eventsOf(runId, 'JobOverran')).toHaveLength(1);
    expect(here.marks()).toEqual(['begin', 'end']);
  }, 120_000);

  it('delay a job over a SIGKILL of the server, and begin it once', async () => {
    await here.api.define('A', `${jobnet(mark('A1'), '')}  A2: { agent: local, after: A1, delaySeconds: 3, command: ${JSON.stringify(mark('A2'))} }\n`);
    const runId = await here.api.start('A');
    const { dueAt } = await here.job(runId, 'A2', 'delayed');
    await here.killServer();
    await here.startServer();
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['A1', 'A2']);
    const [first] = await eventsOf(runId, 'JobFinished');
    const passed = await eventsOf(runId, 'JobDelayPassed');
    expect(passed).toHaveLength(1);
    expect(Date.parse(dueAt ?? '') - Date.parse(first?.at ?? '')).toBe(3_000);
    expect([passed.map(dueOf), (passed[0]?.at ?? '') >= (dueAt ?? '')]).toEqual([[dueAt], true]);
  }, 120_000);

  it('stop a run whose time ran out while the server was down', async () => {
    const runId = await here.startUntilA1Runs(jobnet(`${mark('begin')}; ${untilReleased()}`, '', 'timeout: { seconds: 3 }\ndeadline: { expectedSeconds: 2 }'));
    const due = (await here.api.run(runId)).nextDue;
    await here.killServer();
    await waitFor('its time is over', () => new Date().toISOString() > new Date(Date.parse(due?.at ?? '') + 1_500).toISOString());
    await here.startServer();
    await here.status(runId, 'stopped');
    expect((await here.api.run(runId)).warnings).toMatchObject([{ kind: 'overran', due: due?.at }]);
    expect(await eventsOf(runId, 'RunOverran', 'RunStopRequested', 'JobStopRequested', 'RunFinished')).toMatchObject([
      { type: 'RunOverran' }, { type: 'RunStopRequested', data: { policy: 'timeout' } }, { type: 'JobStopRequested' }, { type: 'RunFinished' },
    ]);
  }, 120_000);

  it('try again only after the exit codes that are written, and wait no longer than is written', async () => {
    await here.api.define('A', jobnet(`${mark('attempt $KIROKU_ATTEMPT')}; [ $KIROKU_ATTEMPT -ge 4 ] && exit 5; exit 7`, 'retry: { limit: 9, delaySeconds: 1, backoff: 10, maxDelaySeconds: 2, exitCodes: [7] }'));
    const runId = await here.api.start('A');
    expect(await here.job(runId, 'A1', 'failed')).toMatchObject({ attempt: 4, exitCode: 5 });
    expect(here.marks()).toEqual(['attempt 1', 'attempt 2', 'attempt 3', 'attempt 4']);
    const failures = await eventsOf(runId, 'JobFinished');
    expect((await eventsOf(runId, 'JobRetryPlanned')).map((plan, index) => Date.parse(dueOf(plan)) - Date.parse(failures[index]?.at ?? ''))).toEqual([1_000, 2_000, 2_000]);
  }, 120_000);

  it('try again what its time-out has stopped, where that is written, and not what failed', async () => {
    const command = `${mark('attempt $KIROKU_ATTEMPT')}; [ $KIROKU_ATTEMPT -ge 2 ] && exit 7; ${untilReleased()}`;
    await here.api.define('A', jobnet(command, 'timeout: { seconds: 1 }, retry: { limit: 9, delaySeconds: 1, on: [stopped-by-timeout] }'));
    const runId = await here.api.start('A');
    expect(await here.job(runId, 'A1', 'failed')).toMatchObject({ attempt: 2, exitCode: 7, executions: [{ timedOut: true }, { state: 'failed' }] });
    expect(here.marks()).toEqual(['attempt 1', 'attempt 2']);
  }, 120_000);

  it('stop a run of which nothing has begun by its latest start, over a SIGKILL of the server: its agent is away, and begins nothing of it afterwards', async () => {
    await here.loseAgent();
    await here.api.define('A', jobnet(mark('A1'), '', 'deadline: { latestStartSeconds: 2, then: stop }'));
    const runId = await here.api.start('A');
    const due = (await here.api.run(runId)).nextDue?.at ?? '';
    await here.killServer();
    await waitFor('its latest start has passed', () => new Date().toISOString() > due);
    await here.startServer();
    await here.status(runId, 'stopped');
    expect(await eventsOf(runId, 'RunStartOverdue', 'RunStopRequested', 'RunFinished', 'JobDispatched')).toMatchObject([
      { type: 'RunStartOverdue', data: { due } }, { type: 'RunStopRequested', data: { policy: 'deadline', due } }, { type: 'RunFinished', data: { status: 'stopped' } },
    ]);
    await here.startAgent();
    await here.api.define('B', `jobnet: B\njobs:\n  B1: { agent: local, command: ${JSON.stringify(mark('B1'))} }\n`);
    await here.status(await here.api.start('B'), 'succeeded');
    expect(here.marks()).toEqual(['B1']);
  }, 120_000);
});
