import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Frame } from '#protocol/agent-link';
import { seedOfRun } from '../../../../test/support/random.js';
import { FakeServer } from '../../test-support/fake-server.js';
import { dispatchOf, executionOf, HURRIED, KeptAgent, NEVER_MS } from '../../test-support/kept-agent.js';
import { waitUntil } from '../../test-support/wait-until.js';
import { OutputSender } from '../outputs/output-sender.js';
import { ReportSender } from './report-sender.js';
import { ServerClient } from './server-client.js';
import { Session } from './session.js';

const PACE = { ...HURRIED, deadAfterMs: NEVER_MS };
const LAST = 9;

interface Sent {
  readonly number: number;
  /** Of the session before, whose connection had held it back. */
  readonly isOld: boolean;
  readonly isCancel: boolean;
}

const sent: fc.Arbitrary<Sent[]> = fc.array(fc.record({
  number: fc.integer({ min: 1, max: 4 }), isOld: fc.boolean(), isCancel: fc.constantFrom(false, false, false, true),
}), { minLength: 1, maxLength: 12 });

/** One session after the other over one journal, each with these frames; resolves with what was started, in its order. */
async function startedBy(sessions: readonly (readonly Sent[])[]): Promise<number[]> {
  const [agent, server] = [await KeptAgent.open(), await FakeServer.start()];
  const client = new ServerClient(server.url, () => 'credential');
  const marks = join(agent.dataDir, 'marks');
  const frameOf = ({ number, isOld, isCancel }: Sent, session: number): Frame => {
    const from = isOld ? session - 1 : session;
    if (isCancel) return { kind: 'cancel', session: from, position: String(number + 20), executionId: executionOf(number), runId: 'run', jobId: 'job' };
    return dispatchOf(number, ['/bin/sh', '-c', `echo ${number} >>'${marks}'`], from);
  };
  try {
    for (const [index, frames] of sessions.entries()) {
      const [stop, number] = [new AbortController(), index + 1];
      const sender = new ReportSender(agent.keeper, agent.log, PACE);
      agent.onReport = () => sender.nudge();
      let isOpen = false;
      await agent.keeper.sessionBegan({ session: number });
      const running = new Session(client, agent.keeper, sender, new OutputSender(agent.keeper, agent.log), agent.log, '/api/v1/agents/local', number, PACE)
        .run(stop.signal, () => { isOpen = true; }).catch(() => undefined);
      await waitUntil('the stream is open', () => isOpen);
      for (const each of frames) server.send(frameOf(each, number));
      // Declined at once: its answer says that all before it was taken.
      server.send(dispatchOf(LAST * 10 + number, [''], number));
      await waitUntil('all was taken', () => server.reports.some(({ executionId }) => executionId === executionOf(LAST * 10 + number)));
      await waitUntil('all has ended and is acknowledged', () => agent.keeper.hello().inventory.length === 0);
      stop.abort();
      await running;
    }
    return existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n').map(Number) : [];
  } finally {
    await client.close();
    await server.stop();
    await agent.remove();
  }
}

it('frames that come twice, out of order, of an older session, and once more in a later one start nothing twice', async () => {
  await fc.assert(fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 3 }), async (sessions) => {
    const started = await startedBy(sessions);
    expect(started).toHaveLength(new Set(started).size);
    const offered = sessions.flat().filter(({ isOld, isCancel }) => !isOld && !isCancel).map(({ number }) => number);
    expect(offered).toEqual(expect.arrayContaining(started));
  }), { seed: seedOfRun(), numRuns: 15, endOnFailure: true });
}, 240_000);

it('frames that come in order, each twice, start each one once', async () => {
  const frames = [1, 1, 2, 2, 3, 3].map((number) => ({ number, isOld: false, isCancel: false }));
  expect((await startedBy([frames, frames])).sort()).toEqual([1, 2, 3]);
}, 60_000);
