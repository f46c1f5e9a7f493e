import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandBus } from '@nestjs/cqrs';
import type { DomainEvent } from '#events/catalogue';
import type { EventStore, RecordedEvent } from '#event-store/event-store.port';
import { waitFor } from '../../../../test/support/wait-for.js';
import type { FoldLag } from '../event-sourcing/fold-lag.js';
import type { FoldedEvent } from '../event-sourcing/projection.js';
import type { AgentsAhead } from '../log/agents-ahead.js';
import { LoseServer } from './commands/lose-server.handler.js';
import { ReturnServer } from './commands/return-server.handler.js';
import { ServerIdentity } from './server-identity.js';
import { ServerPresence } from './server-presence.js';
import { ServersProjection } from './servers.projection.js';

const LOST_AFTER = 3;
const OTHER = 'the-other';

let directory: string;
let identity: ServerIdentity;
let servers: ServersProjection;
let presence: ServerPresence;
/** What the store holds of other servers. */
let heard: Map<string, string>;
/** How often this server has spoken, and what follows each time. */
let spoken: number;
let onSpoken: () => void;
/** What was executed, and how often it had spoken then. */
let executed: { command: LoseServer | ReturnServer; spoken: number }[];
let failures: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kiroku-presence-'));
  identity = ServerIdentity.in(directory);
  servers = new ServersProjection();
  [heard, executed, spoken, failures, onSpoken] = [new Map(), [], 0, 0, () => undefined];
  const say = () => {
    spoken += 1;
    onSpoken();
    return Promise.resolve();
  };
  const store = { presence: { say, heard: () => Promise.resolve(heard) } };
  const bus = {
    execute: (command: LoseServer | ReturnServer) => {
      if (failures > 0) return Promise.reject(new Error(`failure ${failures--}`));
      executed.push({ command, spoken });
      if (command instanceof LoseServer) fold({ type: 'ServerContactLost', data: { server: command.server, life: command.life, reason: command.why } });
      return Promise.resolve();
    },
  };
  const ahead = { isRefusing: false, othersSee: () => undefined };
  presence = new ServerPresence(store as unknown as EventStore, servers, ahead as unknown as AgentsAhead, identity, bus as unknown as CommandBus);
  Object.assign(presence.pace, { beatMs: 1, lostAfter: LOST_AFTER });
});

afterEach(() => {
  presence.onApplicationShutdown();
  rmSync(directory, { recursive: true });
});

const start = () => presence.start({ measure: () => Promise.resolve({ position: '0', behindMs: 0 }) } as FoldLag, () => undefined);
const says = (count: number, life = 'first') => heard.set(OTHER, JSON.stringify({ life, count, version: '1', position: '0', behindMs: 0, reads: 1 }));

function fold(event: Pick<DomainEvent, 'type' | 'data'>): void {
  const folded = { event, recorded: { stream: `server-${(event.data as { server: string }).server}`, metadata: { at: '2026-01-01T00:00:00.000Z' } } as RecordedEvent } as FoldedEvent;
  servers.apply(folded);
  presence.apply(folded);
}

const starts = (server: string, life: string) => fold({ type: 'ServerStarted', data: { server, life, version: '1', host: 'h', pid: 1, found: { openRuns: 0, openExecutions: 0 } } });
const times = (count: number) => waitFor(`this server has spoken ${count} times more`, ((from) => () => spoken >= from + count)(spoken));

it('loses who serves as far as the log knows and says nothing new, once', async () => {
  starts(OTHER, 'first');
  says(1);
  start();
  await waitFor('it is lost', () => executed.length > 0);
  await times(3 * LOST_AFTER);
  expect(executed).toEqual([{ command: expect.objectContaining({ server: OTHER, life: 'first' }) as LoseServer, spoken: LOST_AFTER + 2 }]);
  expect(presence.heardOf(OTHER)).toBeUndefined();
});

it('loses nobody whose count goes on, and hears what it says', async () => {
  starts(OTHER, 'first');
  onSpoken = () => says(spoken);
  start();
  await times(3 * LOST_AFTER);
  expect(executed).toEqual([]);
  expect(presence.heardOf(OTHER)?.count).toBe(spoken);
});

it.each(['ServerStarted', 'ServerReturned'] as const)('counts anew after %s: one that was silent for long is not lost for what it missed before', async (type) => {
  says(1);
  start();
  await times(3 * LOST_AFTER);
  if (type === 'ServerReturned') servers.apply({ event: { type: 'ServerStarted', data: { server: OTHER, life: 'second' } }, recorded: { stream: `server-${OTHER}`, metadata: {} } } as FoldedEvent);
  const before = spoken;
  if (type === 'ServerStarted') starts(OTHER, 'second');
  else fold({ type, data: { server: OTHER, life: 'second' } });
  await waitFor('it is lost', () => executed.length > 0);
  expect((executed[0]?.spoken ?? 0) - before).toBeGreaterThan(LOST_AFTER);
});

it('does not take what a former process has said for what the new one says', async () => {
  onSpoken = () => says(spoken);
  start();
  await waitFor('it is heard', () => presence.heardOf(OTHER) !== undefined);
  starts(OTHER, 'second');
  expect(presence.heardOf(OTHER)).toBeUndefined();
});

it('forgets who is not heard and does not serve either', async () => {
  onSpoken = () => says(spoken);
  start();
  await waitFor('it is heard', () => presence.heardOf(OTHER) !== undefined);
  onSpoken = () => heard.clear();
  await waitFor('it is not', () => presence.heardOf(OTHER) === undefined);
  expect(executed).toEqual([]);
});

it('says that it is back where others have lost it, until that is on record', async () => {
  starts(identity.id, identity.life);
  start();
  failures = 1;
  const told: string[] = [];
  presence.whenLost((why) => told.push(why));
  fold({ type: 'ServerContactLost', data: { server: identity.id, life: identity.life, reason: 'r' } });
  expect(told).toHaveLength(1);
  await waitFor('it has come back', () => executed.some(({ command }) => command instanceof ReturnServer));
  expect(failures).toBe(0);
});
