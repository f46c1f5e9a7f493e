import { jest } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveContacts } from '../agents/live-contacts.js';
import type { LoseContact } from '../agents/lose-contact.handler.js';
import type { ServerPresence } from '../servers/server-presence.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { type FrameStream, LiveSessions } from './live-sessions.js';
import { SessionWatch } from './session-watch.js';

const directory = mkdtempSync(join(tmpdir(), 'kiroku-sessions-'));

class NotingStream implements FrameStream {
  readonly written: string[] = [];
  ended = false;

  write(text: string): void {
    this.written.push(text);
  }

  end(): void {
    this.ended = true;
  }
}

let live: LiveSessions;
let watch: SessionWatch;
let lost: LoseContact[];

beforeEach(() => {
  jest.useFakeTimers();
  live = new LiveSessions(new LiveContacts());
  lost = [];
  const bus = { execute: async (command: LoseContact) => void lost.push(command) };
  watch = new SessionWatch(live, bus as unknown as CommandBus, ServerIdentity.in(directory), { whenLost: () => undefined } as unknown as ServerPresence);
});

afterEach(() => {
  watch.onApplicationShutdown();
  jest.useRealTimers();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function listening(name: string, number: number): NotingStream {
  const stream = new NotingStream();
  live.begin(name, number).stream = stream;
  return stream;
}

describe('a link', () => {
  it('is beaten on every five seconds', () => {
    const stream = listening('local', 1);
    jest.advanceTimersByTime(10_000);
    expect(stream.written).toHaveLength(2);
    expect(stream.written[0]).toMatch(/^: .*\n\n$/);
  });

  it('that says nothing for three heartbeats is dead: its stream ends, and that is recorded, once', () => {
    const stream = listening('local', 4);
    jest.advanceTimersByTime(15_000);
    expect(live.isConnected('local')).toBe(true);
    jest.advanceTimersByTime(20_000);
    expect(live.isConnected('local')).toBe(false);
    expect(stream.ended).toBe(true);
    expect(lost.map(({ name, session, why }) => [name, session, why])).toEqual([['local', 4, 'no sign of life']]);
  });

  it('lives as long as the agent says anything', () => {
    listening('local', 1);
    for (let beat = 0; beat < 10; beat += 1) {
      jest.advanceTimersByTime(5_000);
      live.require('local', 1);
    }
    expect(live.isConnected('local')).toBe(true);
    expect(lost).toEqual([]);
  });

  it('of an older session ends without touching the newer one', () => {
    listening('local', 1);
    const [older] = live.all();
    listening('local', 2);
    if (older !== undefined) watch.ended(older, 'the connection ended');
    expect(lost).toEqual([]);
    expect(live.isConnected('local')).toBe(true);
    expect(() => live.require('local', 1)).toThrow(expect.objectContaining({ status: 409, code: 'session-over' }));
  });

  it('that ends after the server began to stop is not recorded: the stop itself is', () => {
    listening('local', 1);
    const [session] = live.all();
    watch.onApplicationShutdown();
    if (session !== undefined) watch.ended(session, 'the connection ended');
    expect(lost).toEqual([]);
  });
});
