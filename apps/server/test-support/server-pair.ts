import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryEventStore } from '#event-store/in-memory.event-store';
import { InMemoryPresence } from '#event-store/in-memory-presence';
import { systemClock, type WallClock } from '../src/event-sourcing/wall-clock.js';
import { ServerPresence } from '../src/servers/server-presence.js';
import { MoodyEventStore } from './moody.event-store.js';
import { ServerUnderTest } from './server-under-test.js';

/** Two servers on one log, each with a directory of its own and a connection to the log that can be disturbed alone. */
export class ServerPair {
  private constructor(readonly log: InMemoryEventStore, readonly one: ServerUnderTest, readonly two: ServerUnderTest) {}

  static async start(clock: WallClock = systemClock): Promise<ServerPair> {
    const log = new InMemoryEventStore(new InMemoryPresence());
    return new ServerPair(log, await another(log, clock), await another(log, clock));
  }
}

/** One more server on a log. It speaks ten times as often as usual. */
export async function another(log: InMemoryEventStore, clock: WallClock = systemClock, data = mkdtempSync(join(tmpdir(), 'kiroku-server-'))): Promise<ServerUnderTest> {
  const server = await ServerUnderTest.start(new MoodyEventStore(log), data, undefined, clock);
  server.get(ServerPresence).pace.beatMs = 100;
  return server;
}
