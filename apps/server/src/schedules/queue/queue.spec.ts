import { CommandBus } from '@nestjs/cqrs';
import type { CommandAnswer, EventView, JobnetView } from '#protocol/api';
import type { DropQueuedAnswer, QueueView, ScheduleView } from '#protocol/schedules';
import { closeServers, type ServerUnderTest } from '../../../test-support/server-under-test.js';
import { ServerPair } from '../../../test-support/server-pair.js';
import { SimulatedClock } from '../../../test-support/simulated-clock.js';
import { newCommandId } from '../../event-sourcing/command-envelope.js';
import { AdmitNext } from '../commands/admit-next.handler.js';
import { ScheduledStarts } from '../scheduled-starts.js';

let one: ServerUnderTest;
let two: ServerUnderTest;

beforeEach(async () => {
  const clock = new SimulatedClock('2026-03-01T12:00:00.000Z');
  ({ one, two } = await ServerPair.start(clock));
  await one.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
  for (const id of ['nightly', 'other']) await one.request('PUT', `/api/v1/schedules/${id}`, { body: `schedule: ${id}\njobnet: A\ncron: "30 2 * * *"\noverlap: queue\n` });
});

afterEach(closeServers);

const say = async <Answer extends object>(server: ServerUnderTest, path: string, body: object, key?: string) => {
  const { status, text } = await server.request('POST', `/api/v1/${path}`, { body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) });
  return { status, ...(JSON.parse(text) as Answer) };
};
const drop = (which: object, key?: string, server = one) => say<DropQueuedAnswer & { code?: string }>(server, 'jobnets/A/queue/drop', { which, reason: 'backfilled by mistake', ticket: 'OPS-7' }, key);
const queue = (server = one, query = '') => server.read<QueueView>(`/api/v1/jobnets/A/queue${query}`);
const dropped = async () => (await one.events('&type=QueuedRunDropped')) as (EventView & { data: { runId: string; by: string } })[];
const started = async () => (await one.events('&type=RunStarted')).map(({ data }) => (data as { occurrence?: { key: string } }).occurrence?.key ?? 'by hand');

/** Whatever the two of them can do now is done. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) for (const server of [one, two]) await server.get(ScheduledStarts).sweep();
  await two.read(`/api/v1/jobnets?after=${(await one.events()).at(-1)?.position}`);
}

/** So many days of February wait behind a run by hand. */
async function backfill(days: number, schedule = 'nightly'): Promise<void> {
  expect(await say<CommandAnswer>(one, `schedules/${schedule}/backfill`, { from: '2026-02-01T00:00:00.000Z', until: `2026-02-${String(days + 1).padStart(2, '0')}T00:00:00.000Z`, reason: 'r' })).toMatchObject({ status: 200, started: days });
  await settled();
}

describe('runs that wait for their turn', () => {
  it('are shown with the jobnet and the schedule: who, since when, behind which run', async () => {
    const byHand = await one.startRun('A');
    await backfill(3);
    await backfill(1, 'other');
    const { count, items } = await queue();
    expect(count).toBe(4);
    expect(items.map(({ place, schedule, key }) => [place, schedule, key])).toEqual([[1, 'nightly', '2026-02-01T02:30'], [2, 'nightly', '2026-02-02T02:30'], [3, 'nightly', '2026-02-03T02:30'], [4, 'other', '2026-02-01T02:30']]);
    const [queuedAt] = (await one.events('&type=RunQueued')).map(({ at }) => at);
    expect(items[0]).toMatchObject({ jobnet: 'A', since: queuedAt, behind: [byHand], replaces: false });
    expect(await queue(two, '?limit=1&schedule=other')).toMatchObject({ count: 1, items: [{ place: 4, behind: [byHand] }] });
    expect(await one.read<JobnetView>('/api/v1/jobnets/A')).toMatchObject({ queued: 4 });
    expect((await one.read<ScheduleView>('/api/v1/schedules/nightly')).queued).toMatchObject({ count: 3, items: [{ place: 1 }, { place: 2 }, { place: 3 }] });
  });

  it('are dropped by an operator, with a reason on record: one, those of a schedule, all', async () => {
    const byHand = await one.startRun('A');
    await backfill(4);
    await backfill(2, 'other');
    const [first, second] = (await queue()).items.map(({ runId }) => runId);
    expect(await drop({ run: first })).toMatchObject({ status: 200, dropped: 1, left: 0 });
    expect(await drop({ run: first })).toMatchObject({ status: 409, code: 'run-not-queued' });
    expect(await drop({ schedule: 'nightly' })).toMatchObject({ status: 200, dropped: 3, left: 0 });
    expect(await drop({ schedule: 'nightly' })).toMatchObject({ status: 200, dropped: 0, left: 0 });
    expect(await drop({ all: true })).toMatchObject({ status: 200, dropped: 2, left: 0 });
    expect((await dropped()).slice(0, 2)).toMatchObject([first, second].map((runId) => ({ data: { runId, by: runId }, actor: { kind: 'operator' }, reason: 'backfilled by mistake', ticket: 'OPS-7' })));
    expect(await one.read('/api/v1/schedules/nightly')).not.toHaveProperty('queued');
    await say(one, `runs/${byHand}/jobs/A1/skip`, { reason: 'r' });
    await settled();
    expect(await started()).toEqual(['by hand']);
  });

  it('are dropped once by a command that is told again, whatever waits since then', async () => {
    await one.startRun('A');
    await backfill(2);
    expect(await drop({ all: true }, 'k')).toMatchObject({ dropped: 2, left: 0 });
    await backfill(1, 'other');
    expect(await drop({ all: true }, 'k')).toMatchObject({ status: 200, dropped: 2, left: 1 });
    expect((await queue()).count).toBe(1);
  });

  it('are wanted again by a backfill, and begin when it is their turn', async () => {
    const byHand = await one.startRun('A');
    await backfill(1);
    await drop({ all: true });
    await backfill(1);
    await say(one, `runs/${byHand}/jobs/A1/skip`, { reason: 'r' });
    await settled();
    expect(await started()).toEqual(['by hand', '2026-02-01T02:30']);
  });

  describe('with two servers, of which one lets the next one in', () => {
    const admitNext = () => one.get(CommandBus).execute(new AdmitNext('A', { commandId: newCommandId(), actor: { kind: 'server', id: 's' } }));
    const fates = async () => (await one.events('&stream=jobnet-A')).slice(3).map(({ type }) => type);

    /** Two wait, nothing is open any more, and nobody has looked yet. */
    async function bothFree(): Promise<void> {
      const byHand = await one.startRun('A');
      await backfill(2);
      const heal = [one, two].map(({ store }) => store.refuseAppends('jobnet-'));
      const { position } = await say<CommandAnswer>(one, `runs/${byHand}/jobs/A1/skip`, { reason: 'r' });
      await two.read(`/api/v1/runs?after=${position}`);
      for (const again of heal) again();
    }

    it('while the other drops all: what has its turn is no longer dropped', async () => {
      await bothFree();
      two.store.beforeNextAppend(admitNext);
      const answer = await drop({ all: true }, undefined, two);
      await settled();
      expect(answer).toMatchObject({ status: 200, dropped: 1, left: 0 });
      expect(await fates()).toEqual(['RunAdmitted', 'QueuedRunDropped']);
      expect(await started()).toEqual(['by hand', '2026-02-01T02:30']);
    });

    it('when the other has dropped all a moment ago: none begins', async () => {
      await bothFree();
      one.store.beforeNextAppend(() => drop({ all: true }, undefined, two));
      await admitNext();
      await settled();
      expect(await fates()).toEqual(['QueuedRunDropped', 'QueuedRunDropped']);
      expect(await started()).toEqual(['by hand']);
    });
  });

  it('are dropped as many as one append holds, however long the reason is', async () => {
    await one.request('PUT', '/api/v1/schedules/hourly', { body: 'schedule: hourly\njobnet: A\ncron: "0 * * * *"\noverlap: queue\n' });
    await one.startRun('A');
    await say(one, 'schedules/hourly/backfill', { from: '2026-02-01T00:00:00.000Z', until: '2026-02-05T00:00:00.000Z', reason: 'r' });
    await settled();
    const dropAll = () => say<DropQueuedAnswer>(one, 'jobnets/A/queue/drop', { which: { all: true }, reason: '長'.repeat(2000) });
    const first = await dropAll();
    expect([first.status, first.dropped + first.left, first.dropped > 20 && first.left > 20]).toEqual([200, 96, true]);
    for (let { left } = first; left > 0; ) ({ left } = await dropAll());
    expect(await dropped()).toHaveLength(96);
  });

  it('are not those of a jobnet that is not there, nor of one that is not as expected', async () => {
    expect(await say(one, 'jobnets/NONE/queue/drop', { which: { all: true }, reason: 'r' })).toMatchObject({ status: 404, code: 'jobnet-not-found' });
    expect((await one.request('GET', '/api/v1/jobnets/NONE/queue')).status).toBe(404);
    expect(await say(one, 'jobnets/A/queue/drop', { which: {}, reason: 'r' })).toMatchObject({ status: 400 });
    await one.startRun('A');
    await backfill(1);
    expect(await say(one, 'jobnets/A/queue/drop', { which: { all: true }, reason: 'r', expect: { state: 'disabled' } })).toMatchObject({ status: 409, code: 'not-as-expected' });
  });
});
