import type { CommandBus, ICommand } from '@nestjs/cqrs';
import type { FoldedEvent } from '../event-sourcing/projection.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { AgentsProjection } from '../agents/agents.projection.js';
import { LiveContacts } from '../agents/live-contacts.js';
import { metadataBy, runStarted } from '../../test-support/run-log.js';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { SlotBook } from '../runs/slot-book.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upcast } from '#events/upcast';
import { Dispatcher } from './dispatcher.js';
import { LiveSessions } from './live-sessions.js';

const directory = mkdtempSync(join(tmpdir(), 'kiroku-dispatcher-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Notes which runs it was asked to dispatch, and decides nothing. */
class NotingBus {
  readonly runs: string[] = [];

  async execute(command: ICommand): Promise<{ written: number; place: { receipt: { position: string } } }> {
    this.runs.push((command as { runId: string }).runId);
    return { written: 0, place: { receipt: { position: '0' } } };
  }
}

function folded(stream: string, type: string, data: unknown): FoldedEvent {
  const stored = { id: 'e', type, schemaVersion: 1, data, metadata: metadataBy({ kind: 'server', id: 's' }), stream, revision: 0, position: 1n };
  return { event: upcast(stored), recorded: stored };
}

/** One connected agent with a free slot; nothing waits. */
function idle() {
  const [agents, runs, live, bus] = [new AgentsProjection(), new RunsProjection(), new LiveSessions(new LiveContacts()), new NotingBus()];
  agents.apply(folded('agent-local', 'AgentEnrolled', { agent: 'local', credentialHash: 'h', tokenId: 't' }));
  agents.apply(folded('agent-local', 'AgentConnected', { agent: 'local', server: 's', slots: 1, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' }));
  const session = live.begin('local', 1);
  const dispatcher = new Dispatcher(live, runs, new SlotBook(agents, runs), bus as unknown as CommandBus, ServerIdentity.in(directory));
  const follower = new LogFollower(new MoodyEventStore(), [], new LogClock());
  const startRun = () => runs.apply(folded('run-X', 'RunStarted', runStarted('X').data));
  return { dispatcher, follower, bus, startRun, wake: () => dispatcher.attach(session) };
}

describe('the dispatcher', () => {
  it.each(Array.from({ length: 12 }, (_, turns) => turns))('loses no wake-up, %i turns after it began to look', async (turns) => {
    const { dispatcher, follower, bus, startRun, wake } = idle();
    dispatcher.start(follower);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    startRun();
    wake();
    await new Promise(setImmediate);
    expect(bus.runs).toContain('X');
  });

  it('dispatches nothing before it is started, and nothing after the shutdown', async () => {
    const { dispatcher, follower, bus, startRun, wake } = idle();
    startRun();
    wake();
    await new Promise(setImmediate);
    expect(bus.runs).toEqual([]);
    dispatcher.onApplicationShutdown();
    dispatcher.start(follower);
    await new Promise(setImmediate);
    expect(bus.runs).toEqual([]);
  });
});
