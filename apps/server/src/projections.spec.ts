import fc from 'fast-check';
import type { List } from '#protocol/api';
import { waitFor } from '../../../test/support/wait-for.js';
import { accepted, finished, neverStarted, ScriptedAgent, started } from '../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../test-support/server-under-test.js';
import { AgentsProjection } from './agents/agents.projection.js';
import type { Projection } from './event-sourcing/projection.js';
import { LogClock } from './event-sourcing/log-clock.js';
import { LogFollower } from './event-sourcing/log-follower.js';
import { JobnetsProjection } from './jobnets/jobnets.projection.js';
import { OperatorsProjection } from './operators/operators.projection.js';
import { RunsProjection } from './runs/runs.projection.js';

afterEach(closeServers);

type Step = 'start A' | 'start S' | 'accept' | 'run' | 'succeed' | 'fail' | 'never start' | 'skip' | 'stray report' | 'forget' | 'hang up' | 'hello' | 'revise' | 'corrupt' | 'restart';

const anyStory: fc.Arbitrary<readonly Step[]> = fc.array(fc.constantFrom<Step>(
  'start A', 'start A', 'start S', 'accept', 'run', 'run', 'succeed', 'succeed', 'fail', 'never start', 'skip', 'stray report', 'forget', 'hang up', 'hello', 'hello', 'revise', 'corrupt', 'restart',
), { minLength: 5, maxLength: 25 });

/** Lets a server live through a story; refusals are part of it. */
class Story {
  private count = 0;

  private constructor(public server: ServerUnderTest, private readonly agent: ScriptedAgent) {}

  static async begin(): Promise<Story> {
    const server = await ServerUnderTest.start();
    await server.define(CHAIN);
    await server.define(SINGLE);
    return new Story(server, await ScriptedAgent.connected(server, { slots: 2 }));
  }

  async play(step: Step): Promise<void> {
    const { server, agent } = this;
    this.count += 1;
    const spec = agent.dispatches().at(this.count % 2 === 0 ? -1 : 0)?.spec ?? { runId: 'R', jobId: 'J', executionId: 'R~J~1' };
    switch (step) {
      case 'start A': return void await server.startRun('A');
      case 'start S': return void await server.startRun('S');
      case 'accept': return void await agent.tryReport(accepted(spec));
      case 'run': return void await agent.tryReport(started(spec));
      case 'succeed': return void await agent.tryReport(finished(spec));
      case 'fail': return void await agent.tryReport(finished(spec, 1));
      case 'never start': return void await agent.tryReport(neverStarted(spec));
      case 'skip': return void await server.request('POST', `/api/v1/runs/${spec.runId}/jobs/${spec.jobId}/skip`, { body: { reason: 'r' } });
      case 'stray report': return void await agent.tryReport(finished({ runId: 'R', jobId: 'J', executionId: `R~J~${this.count}` }));
      case 'forget': agent.inventory = []; return agent.connect();
      case 'hang up': return agent.hangUp();
      case 'hello': return agent.connect();
      case 'revise': return void await server.define(SINGLE.replace('./one', `./${this.count}`));
      case 'corrupt': return this.corrupt(spec.runId);
      case 'restart': return this.restart();
    }
  }

  /** An event on the run's stream that no decision could have put there. */
  private async corrupt(runId: string): Promise<void> {
    const [event] = (await this.server.store.events(`run-${runId}`)).slice(-1);
    if (event === undefined) return;
    await this.server.store.log.append(event.stream, event.revision, [{ ...event, id: crypto.randomUUID(), type: 'RunStarted', schemaVersion: 1 }]).catch(() => undefined);
  }

  private async restart(): Promise<void> {
    this.server = await this.server.restart();
    this.agent.server = this.server;
    await this.agent.connect();
  }
}

/** What a projection holds, as plain data. */
function contents(projection: Projection): unknown {
  return structuredClone({ ...projection });
}

describe('every state shown is a fold of the log', () => {
  it('each projection folded from the log again is the live one, after any story', async () => {
    await fc.assert(fc.asyncProperty(anyStory, async (steps) => {
      const story = await Story.begin();
      for (const step of steps) await story.play(step);
      const { server } = story;
      await settled(server);
      const again = [new OperatorsProjection(), new JobnetsProjection(), new AgentsProjection(), new RunsProjection()] as const;
      const follower = new LogFollower(server.store, again, new LogClock());
      await follower.start((error) => { throw error; });
      await follower.stop();
      const live = [OperatorsProjection, JobnetsProjection, AgentsProjection, RunsProjection].map((type) => server.get<Projection>(type));
      expect(again.map(contents)).toEqual(live.map(contents));
      await closeServers();
    }), { numRuns: 15 });
  });

  it('every query is answered the same by another server on the same log', async () => {
    const story = await Story.begin();
    for (const step of ['start A', 'run', 'succeed', 'start S', 'stray report', 'start A', 'skip', 'revise'] satisfies Step[]) await story.play(step);
    const queries = ['/api/v1/runs', '/api/v1/running', '/api/v1/jobnets'];
    const answers = (server: ServerUnderTest) => Promise.all(queries.map((path) => server.read<List<unknown>>(path)));
    const before = await answers(story.server);
    await story.play('restart');
    const stateOf = (lists: readonly List<unknown>[]) => JSON.parse(JSON.stringify(lists, (key, value: unknown) => (key === 'evidence' || key === 'lastContactAt' ? undefined : value))) as unknown;
    expect(stateOf(await answers(story.server))).toEqual(stateOf(before));
  });
});

/** Until nothing more is appended by the server itself, and all of it is folded. */
async function settled(server: ServerUnderTest): Promise<void> {
  let before: bigint | undefined;
  await waitFor('the log comes to rest', async () => {
    const head = await server.store.head();
    const rests = head === before && server.get(LogFollower).position === head;
    before = head;
    return rests;
  }, 10_000);
}
