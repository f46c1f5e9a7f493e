import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upcast } from '#events/upcast';
import type { Instant } from '#events/vocabulary';
import { metadataBy } from '../../test-support/run-log.js';
import { AgentsProjection } from '../agents/agents.projection.js';
import type { RecordUnreachable } from '../agents/record-unreachable.handler.js';
import { StreamClosedError } from '../event-sourcing/command-failures.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { LogProjection } from '../log/log.projection.js';
import { LOG_STREAM } from '../servers/server.aggregate.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { SilenceWatch } from './silence-watch.js';

const directory = mkdtempSync(join(tmpdir(), 'kiroku-silence-'));
const GRACE_MS = 30_000;

let agents: AgentsProjection;
let log: LogProjection;
let ahead: AgentsAhead;
let watch: SilenceWatch;
let said: { readonly name: string; readonly session: number | undefined }[];
let failWith: Error | undefined;

function restartServer(): void {
  watch = new SilenceWatch(agents, {
    execute: async ({ name, session, silentSince }: RecordUnreachable) => {
      said.push({ name, session });
      if (failWith !== undefined) throw failWith;
      fold(`agent-${name}`, 'AgentUnreachable', { ...(session === undefined ? {} : { session }), silentSince });
    },
  } as unknown as CommandBus, ServerIdentity.in(directory), ahead, { listen: { host: '', port: 0 }, data: directory, store: 'sqlite:', agentGraceSeconds: GRACE_MS / 1000 });
  fold('server-s', 'ServerStarted', { server: 's', version: '0', host: 'h', pid: 1, found: { openRuns: 0, openExecutions: 0 } });
  watch.start();
}

beforeEach(() => {
  jest.useFakeTimers();
  Logger.overrideLogger(false);
  [agents, log, said, failWith] = [new AgentsProjection(), new LogProjection(), [], undefined];
  ahead = new AgentsAhead(log);
  watch = { apply: () => undefined } as unknown as SilenceWatch;
  fold('agent-local', 'AgentEnrolled', { agent: 'local', credentialHash: 'h', tokenId: 't' });
  connect();
});

afterEach(() => {
  watch.onApplicationShutdown();
  jest.useRealTimers();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function fold(stream: string, type: string, data: unknown): void {
  const recorded = { id: 'e', type, schemaVersion: 1, data, metadata: metadataBy({ kind: 'server', id: 's' }), stream, revision: 0, position: 1n };
  const folded = { event: upcast(recorded), recorded };
  agents.apply(folded);
  log.apply(folded);
  watch.apply(folded);
}

function connect(name = 'local'): void {
  fold(`agent-${name}`, 'AgentConnected', { agent: name, server: 's', slots: 1, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' });
}

function loseContact(session: number): void {
  fold('agent-local', 'AgentContactLost', { session, reason: 'the connection ended' });
}

describe('an agent whose session ended', () => {
  beforeEach(() => {
    restartServer();
    connect();
    loseContact(2);
  });

  it('is unreachable after its grace, not before, and once', async () => {
    await jest.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(said).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(said).toEqual([{ name: 'local', session: 2 }]);
    await jest.advanceTimersByTimeAsync(10 * GRACE_MS);
    expect(said).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not unreachable when it is back in time, and has its whole grace the next time', async () => {
    await jest.advanceTimersByTimeAsync(GRACE_MS - 1);
    connect();
    expect(jest.getTimerCount()).toBe(0);
    await jest.advanceTimersByTimeAsync(GRACE_MS);
    loseContact(4);
    await jest.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(said).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(said).toEqual([{ name: 'local', session: 4 }]);
  });

  it.each([['ahead', 5], ['back', -5]])('has the same grace when the wall clock jumps hours %s', async (_where, hours) => {
    jest.setSystemTime(Date.now() + hours * 3_600_000);
    await jest.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(said).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(said).toHaveLength(1);
  });

  it('is put on record as soon as the log can be written again, and a stream that is closed is left alone', async () => {
    failWith = new Error('the disk is full');
    await jest.advanceTimersByTimeAsync(GRACE_MS + 2_500);
    expect(said).toHaveLength(3);
    failWith = undefined;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(agents.find('local')?.contact).toMatchObject({ connected: false, unreachable: true });
    connect();
    loseContact(5);
    failWith = new StreamClosedError('agent-local is closed');
    await jest.advanceTimersByTimeAsync(10 * GRACE_MS);
    expect(said).toHaveLength(5);
  });

  it('is left to the next life after a shutdown', async () => {
    watch.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(10 * GRACE_MS);
    expect(said).toEqual([]);
  });
});

describe('a start of the server', () => {
  it('gives three graces to every agent, because all of them are away', async () => {
    restartServer();
    await jest.advanceTimersByTimeAsync(3 * GRACE_MS - 1);
    expect(said).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(said).toEqual([{ name: 'local', session: 1 }]);
  });

  it('forgets no silence that a former life did not live to record, and records none twice', async () => {
    restartServer();
    connect();
    loseContact(2);
    watch.onApplicationShutdown();
    restartServer();
    await jest.advanceTimersByTimeAsync(3 * GRACE_MS);
    expect(said).toHaveLength(1);
    watch.onApplicationShutdown();
    restartServer();
    await jest.advanceTimersByTimeAsync(10 * GRACE_MS);
    expect(said).toHaveLength(1);
    expect(agents.find('local')?.contact).toMatchObject({ unreachable: true });
  });

  it('times one agent beside the other', async () => {
    fold('agent-other', 'AgentEnrolled', { agent: 'other', credentialHash: 'h2', tokenId: 't' });
    restartServer();
    connect();
    await jest.advanceTimersByTimeAsync(2.5 * GRACE_MS);
    loseContact(2);
    await jest.advanceTimersByTimeAsync(0.5 * GRACE_MS);
    expect(said).toEqual([{ name: 'other', session: undefined }]);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(0.5 * GRACE_MS);
    expect(said.map(({ name }) => name)).toEqual(['other', 'local']);
  });
});

describe('while the log denies what an agent knows', () => {
  const refuse = (name = 'other') => ahead.noticed({ agent: name, position: '9', epoch: 0, at: new Date().toISOString() as Instant });

  beforeEach(() => {
    restartServer();
    connect();
    loseContact(2);
    refuse();
  });

  it('nobody is unreachable, however long the word is awaited', async () => {
    await jest.advanceTimersByTimeAsync(100 * GRACE_MS);
    expect(said).toEqual([]);
  });

  it('the word gives everybody a whole grace, also when who was refused never comes back', async () => {
    await jest.advanceTimersByTimeAsync(1.5 * GRACE_MS);
    fold(LOG_STREAM, 'EpochBegan', { epoch: 1 });
    await jest.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect(said).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(said).toEqual([{ name: 'local', session: 2 }]);
  });

  it('the log may catch up: who is let in, also by another server, is not awaited any more', async () => {
    fold('agent-other', 'AgentEnrolled', { agent: 'other', credentialHash: 'h2', tokenId: 't' });
    await jest.advanceTimersByTimeAsync(1.5 * GRACE_MS);
    connect('other');
    await jest.advanceTimersByTimeAsync(GRACE_MS);
    expect(said).toEqual([{ name: 'local', session: 2 }]);
  });

  it('an epoch that the agent was told of does not excuse it', async () => {
    fold(LOG_STREAM, 'EpochBegan', { epoch: 1 });
    ahead.noticed({ agent: 'other', position: '9', epoch: 1, at: new Date().toISOString() as Instant });
    await jest.advanceTimersByTimeAsync(100 * GRACE_MS);
    expect(said).toEqual([]);
  });
});
