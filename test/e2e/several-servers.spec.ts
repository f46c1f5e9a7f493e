import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { CommandAnswer, List, RunView } from '#protocol/api';
import type { ServerView } from '#protocol/servers';
import { PostgresServer } from '#event-store/testing/postgres-server';
import type { Deployment } from '../support/deployment.js';
import { mindingTheClock } from '../support/injection.js';
import { runKiroku } from '../support/run-kiroku.js';
import { ScheduleRecord } from '../support/schedule-record.js';
import { type SharedDatabase, TwoServers } from '../support/two-servers.js';
import { waitFor } from '../support/wait-for.js';

let postgres: PostgresServer;
/** The one that is killed, while others have their log in the other one. */
let mortal: PostgresServer;

// Of the file, and not of a describe: tests side by side do not wait for that.
beforeAll(async () => {
  [postgres, mortal] = await Promise.all([PostgresServer.start(), PostgresServer.start()]);
}, 60_000);
afterAll(() => Promise.all([postgres.remove(), mortal.remove()]), 60_000);

/** The story is played by two servers of its own. */
async function withServers(database: SharedDatabase, start: Parameters<typeof TwoServers.start>[1], story: (servers: TwoServers) => Promise<void>): Promise<void> {
  const servers = await TwoServers.start(database, start);
  try {
    await story(servers);
  } finally {
    await servers.destroy();
  }
}

/** A1 runs until the test lets it go; both jobs leave a mark each time they are executed. */
function jobnet(here: Deployment): string {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const a1 = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${mark('end')}; exit 3`;
  return ['jobnet: A', 'jobs:', `  A1: { agent: local, successCodes: [3], command: ${JSON.stringify(a1)} }`, `  A2: { agent: local, after: A1, command: ${JSON.stringify(mark('begin'))} }`].join('\n');
}

async function letA1End(here: Deployment): Promise<void> {
  writeFileSync(here.path('release'), '');
  await waitFor('A1 has ended', () => here.marks().some((line) => line.startsWith('end ')));
}

/** As the second server sees it. */
async function expectUndisturbedEnd({ one, two }: TwoServers, runId: string): Promise<void> {
  const run = await two.status(runId, 'succeeded');
  expect(run.jobs.map(({ jobId, state, attempt, exitCode }) => ({ jobId, state, attempt, exitCode }))).toEqual([
    { jobId: 'A1', state: 'succeeded', attempt: 1, exitCode: 3 },
    { jobId: 'A2', state: 'succeeded', attempt: 1, exitCode: 0 },
  ]);
  expect(one.marks()).toEqual([`begin ${runId}~A1~1`, `end ${runId}~A1~1`, `begin ${runId}~A2~1`]);
  const types = (await two.api.events(`?stream=run-${runId}`)).map(({ type, data }) => `${type} ${(data as { jobId?: string }).jobId ?? ''}`.trim());
  expect(types.filter((type) => /Dispatched|Finished/.test(type))).toEqual(['JobDispatched A1', 'JobFinished A1', 'JobDispatched A2', 'JobFinished A2', 'RunFinished']);
}

/** A run a second: A1 takes a moment, and A2 waits for an instant that a server has to let pass. */
async function startOften({ one }: TwoServers): Promise<void> {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${one.path('marks')}`;
  const [a1, a2] = [`${mark('begin')}; sleep 0.7; ${mark('end')}`, `${mark('begin')}; ${mark('end')}`].map((command) => JSON.stringify(command));
  await one.api.define('A', `jobnet: A\njobs:\n  A1: { agent: local, command: ${a1} }\n  A2: { agent: local, after: A1, delaySeconds: 1, command: ${a2} }\n`);
  expect(await one.api.request('PUT', '/api/v1/schedules/often', 'schedule: often\njobnet: A\nevery: 1s\n')).toMatchObject({ status: 201 });
  await moreStarted(one, 2);
}

const often = ({ api }: Deployment) => new ScheduleRecord(api, 'often');

async function moreStarted(seenBy: Deployment, more: number): Promise<void> {
  const before = await often(seenBy).started();
  await waitFor(`${more} more are started`, async () => await often(seenBy).started() >= before + more);
}

/** Every occurrence is decided once; what was started has one run, and each of its jobs was executed once, with one result. */
async function expectEachOnce({ one, two }: TwoServers): Promise<void> {
  expect(await two.api.request('POST', '/api/v1/schedules/often/pause', { reason: 'enough' })).toMatchObject({ status: 200 });
  await waitFor('what was started has a run', async () => (await often(two).runs()).length >= await often(two).started());
  await waitFor('every run is over', async () => (await two.api.all<RunView>('/api/v1/runs')).every(({ finishedAt }) => finishedAt !== undefined));
  const decided = await often(two).decided();
  expect(decided.map(({ key }) => key)).toEqual(await often(two).dueUntil(decided.at(-1)?.key));
  expect((await often(two).runs()).sort()).toEqual(decided.filter(({ what }) => what.startsWith('started')).map(({ key }) => key));
  const runs = await two.api.all<RunView>('/api/v1/runs');
  expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
  const executions = runs.flatMap(({ runId }) => [`${runId}~A1~1`, `${runId}~A2~1`]).sort();
  const marked = (word: string) => one.marks().filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1)).sort();
  const recorded = async (type: string) => (await two.api.events(`?type=${type}`)).map(({ data }) => (data as { executionId: string }).executionId).sort();
  expect([marked('begin'), marked('end')]).toEqual([executions, executions]);
  for (const type of ['JobDispatched', 'JobFinished']) expect([type, await recorded(type)]).toEqual([type, executions]);
  expect(await two.api.events('?type=JobDelayPassed')).toHaveLength(runs.length);
}

/** Both have begun what is due, each on its own account: by the events that have their names. */
async function bothMindTheClock({ two }: TwoServers): Promise<void> {
  await waitFor('both have decided occurrences', async () => new Set((await two.api.events('?stream=schedule-often&type=OccurrenceStarted')).map(({ actor }) => actor.id)).size === 2);
}

/** Those that wait longest are begun first. */
function stories(database: SharedDatabase): void {
  it.concurrent('13: both mind the clock, and one of them is cut off from the agent and the log, and later hears all that was said: the same', () => withServers(database, { proxied: true, inject: [mindingTheClock()] }, async (servers) => {
    const { one, two, link, wire } = servers;
    await startOften(servers);
    link.part();
    wire?.part();
    await waitFor('the agent is connected with the other', () => servers.contacts.includes(two.url));
    if (wire !== undefined) await servers.firstIs('silent');
    await moreStarted(two, 2);
    for (const each of [link, wire]) each?.join();
    await servers.firstIs('serving');
    await bothMindTheClock(servers);
    await moreStarted(one, 2);
    await expectEachOnce(servers);
  }), 120_000);

  it.concurrent('13: both mind the clock, and one of them is stopped and goes on where it was: no job is dispatched twice, and none is lost', () => withServers(database, { inject: [mindingTheClock()] }, async (servers) => {
    const { one, two } = servers;
    await startOften(servers);
    one.server?.signal('SIGSTOP');
    await servers.firstIs('silent');
    await moreStarted(two, 2);
    one.server?.signal('SIGCONT');
    await waitFor('it finds that others did not hear of it', () => one.saidBy('server').includes('other servers did not hear of this one'));
    await servers.firstIs('serving');
    await bothMindTheClock(servers);
    await moreStarted(one, 2);
    await expectEachOnce(servers);
  }), 120_000);

  it.concurrent('one that is frozen is left by its agent for the other, without being asked again first', () => withServers(database, {}, async (servers) => {
    const { one, two } = servers;
    const runId = await one.startUntilA1Runs(jobnet(one));
    one.server?.signal('SIGSTOP');
    await letA1End(one);
    await expectUndisturbedEnd(servers, runId);
    expect(servers.contacts).toEqual([one.url, two.url]);
    expect(one.saidBy('local').split('\n').filter((line) => line.includes('no contact'))).toEqual([expect.stringContaining('the server has said nothing for three heartbeats')]);
    one.server?.signal('SIGCONT');
    await servers.firstIs('serving');
    expect(await one.status(runId, 'succeeded')).toEqual(await two.api.run(runId));
  }), 120_000);

  it.concurrent('`kiroku server list` at one of them shows both, who minds the clock, and that the other one is gone and back', () => withServers(database, {}, async (servers) => {
    const { one, two } = servers;
    const listed = async () => {
      const { stdout } = await runKiroku(['server', 'list', '--json', '--url', two.url, '--data', two.data], { cwd: two.directory });
      const { items } = JSON.parse(stdout) as List<ServerView>;
      return { first: items.find(({ thisOne }) => !thisOne), second: items.find(({ thisOne }) => thisOne), minding: items.filter(({ ownsTimers }) => ownsTimers).length };
    };
    expect(await listed()).toMatchObject({
      first: { state: 'serving', url: one.url, pid: one.server?.pid, behindMs: expect.any(Number) as number }, second: { state: 'serving', url: two.url, pid: two.server?.pid }, minding: 1,
    });
    await one.killServer();
    await servers.firstIs('silent');
    await waitFor('the other minds the clock', async () => (await servers.second()).ownsTimers);
    expect(await listed()).toMatchObject({ first: { state: 'silent', reason: expect.stringContaining('nothing was heard of it') as string, ownsTimers: false }, second: { state: 'serving' }, minding: 1 });
    await one.startServer();
    await waitFor('the first one is heard again', async () => (await servers.first()).url !== undefined);
    expect(await listed()).toMatchObject({ first: { state: 'serving', pid: one.server?.pid, url: one.url, ownsTimers: false }, second: { ownsTimers: true }, minding: 1 });
  }), 120_000);

  it.concurrent('14: the one that the agent is connected with is killed while A1 runs: the agent moves on, the result arrives, and A2 runs, each exactly once', () => withServers(database, {}, async (servers) => {
    const { one, two } = servers;
    const runId = await one.startUntilA1Runs(jobnet(one));
    await one.killServer();
    await waitFor('the agent is connected with the other', () => servers.contacts.includes(two.url));
    await letA1End(one);
    await expectUndisturbedEnd(servers, runId);
    expect(servers.contacts).toEqual([one.url, two.url]);
  }), 120_000);

  it.concurrent('14: it is killed between the end of A1 and its acknowledgement: one result, one flow', () => withServers(database, { proxied: true }, async (servers) => {
    const { one, two, link } = servers;
    const runId = await one.startUntilA1Runs(jobnet(one));
    link.holdAnswers();
    await letA1End(one);
    await two.job(runId, 'A1', 'succeeded');
    expect(one.marks()).toHaveLength(2);
    await one.killServer();
    link.cut();
    await expectUndisturbedEnd(servers, runId);
    expect(servers.contacts).toEqual([link.url, two.url]);
  }), 120_000);

  it.concurrent('what one has answered is found at the other by who names its position', () => withServers(database, {}, async ({ one, two }) => {
    for (let round = 1; round <= 10; round += 1) {
      const [here, there] = round % 2 === 0 ? [one, two] : [two, one];
      const { position } = await here.api.define('A', `jobnet: A\njobs:\n  J${round}: { agent: local, command: "true" }\n`);
      expect(await there.api.request('GET', `/api/v1/jobnets/A?after=${position}`)).toMatchObject({ status: 200, body: { version: round } });
      const run = await there.api.request<CommandAnswer>('POST', '/api/v1/jobnets/A/runs', { reason: 'a test' });
      expect(await here.api.request('GET', `/api/v1/runs/${run.body.runId ?? ''}?after=${run.body.position}`)).toMatchObject({ status: 200, body: { version: round } });
    }
  }), 120_000);
}

describe('two servers on one log in PostgreSQL', () => {
  stories({ freshUrl: () => postgres.freshUrl(), get port() { return postgres.port; } });
});

const { KURRENTDB_URL: kurrent = '' } = process.env;

/** One node can have a proxy before it; of a cluster the client learns where the nodes are. Killing it is left to PostgreSQL: a URL offers no way to. */
if (kurrent !== '') {
  describe('two servers on one log in the KurrentDB at KURRENTDB_URL', () => {
    const [, onlyPort] = /^[a-z+]+:\/\/[^,/?]*:(\d+)(?:[/?]|$)/.exec(kurrent) ?? [];
    stories({ freshUrl: () => `${kurrent}${kurrent.includes('?') ? '&' : '?'}log=test_${randomUUID().replaceAll('-', '')}`, port: onlyPort === undefined ? undefined : Number(onlyPort) });
  });
}

describe('the database of two servers', () => {
  it.concurrent('16: is killed and started again: both say so and change nothing, the agent keeps its result, and all of it heals by itself', () => withServers({ freshUrl: () => mortal.freshUrl(), port: mortal.port }, {}, async (servers) => {
    const { one, two } = servers;
    const runId = await one.startUntilA1Runs(jobnet(one));
    await two.job(runId, 'A1', 'running'); // it follows the log by itself, and what it has not read before the kill it can not show after it
    await mortal.kill();
    await letA1End(one);
    for (const { api } of [one, two]) {
      expect(await api.request('POST', '/api/v1/jobnets/A/runs', { reason: 'a test' })).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
      expect((await api.run(runId)).jobs[0]).toMatchObject({ state: 'running' });
    }
    await mortal.restart();
    await expectUndisturbedEnd(servers, runId);
    expect(await one.status(runId, 'succeeded')).toEqual(await two.api.run(runId));
    expect(await two.api.all<RunView>('/api/v1/runs')).toHaveLength(1);
    await servers.firstIs('serving');
    expect([one, two].map(({ server }) => server?.isAlive)).toEqual([true, true]);
  }), 120_000);
});
