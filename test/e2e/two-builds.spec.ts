import { writeFileSync } from 'node:fs';
import { PostgresServer } from '#event-store/testing/postgres-server';
import type { List } from '#protocol/api';
import type { LogView } from '#protocol/log';
import type { ServerView } from '#protocol/servers';
import { Deployment } from '../support/deployment.js';
import { laterBuild } from '../support/injection.js';
import { waitFor } from '../support/wait-for.js';

let database: PostgresServer;
let old: Deployment;
let later: Deployment;

beforeAll(async () => {
  database = await PostgresServer.start();
}, 60_000);
afterAll(() => database.remove(), 60_000);

beforeEach(async () => {
  [old, later] = [await Deployment.create(), await Deployment.create()];
  const url = database.freshUrl();
  for (const each of [old, later]) writeFileSync(each.path('kiroku.yaml'), `store: ${url}\n`, { mode: 0o600 });
  await old.startServer();
  await later.startServer(laterBuild());
}, 60_000);
afterEach(async () => {
  await old.destroy();
  await later.destroy();
}, 60_000);

const raise = () => later.api.request('POST', '/api/v1/log/raise-format', { reason: 'all are updated' });
const formatOf = async (at: Deployment) => (await at.api.get<LogView>('/api/v1/log')).format;
const skips = async (at: Deployment) => (await at.api.events('?type=JobSkipped')).map(({ schemaVersion }) => schemaVersion);

async function skipOne(at: Deployment): Promise<void> {
  const started = await at.api.request('POST', '/api/v1/jobnets/A/runs', { reason: 'a test' });
  const { runId } = started.body as { runId: string };
  expect(await at.api.request('POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { reason: 'a test' })).toMatchObject({ status: 200 });
  expect((await at.api.run(runId)).status).toBe('succeeded');
}

it('two builds share a log while they are exchanged: the later one writes as the older reads, until an operator raises the format', async () => {
  expect(await later.api.request('PUT', '/api/v1/jobnets/A', 'jobnet: A\njobs:\n  A1: { agent: nobody, command: "true" }\n')).toMatchObject({ status: 201 });
  await skipOne(later);
  await skipOne(old);
  const position = (await later.api.get<LogView>('/api/v1/log')).position;
  await waitFor('the old one folds what the later one wrote', async () => BigInt((await old.api.get<LogView>('/api/v1/log')).position) >= BigInt(position));
  expect(await skips(old)).toEqual([1, 1]);

  expect(await raise()).toMatchObject({ status: 409, body: { code: 'servers-behind' } });
  await old.server!.kill('SIGTERM');
  await waitFor('the later one knows', async () => (await later.api.get<List<ServerView>>('/api/v1/servers')).items.some(({ state }) => state === 'stopped'));
  expect(await raise()).toMatchObject({ status: 200 });
  expect(await raise()).toMatchObject({ status: 200, body: { alreadySo: true } });
  await skipOne(later);
  expect([await formatOf(later), await skips(later)]).toEqual([2, [1, 1, 2]]);

  await expect(old.startServer()).rejects.toThrow('this log is of format 2, and this build reads up to 1');
  await later.server!.kill('SIGTERM');
  await later.startServer(laterBuild());
  expect(await skips(later)).toEqual([1, 1, 2]);
}, 120_000);
