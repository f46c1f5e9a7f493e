import { randomUUID } from 'node:crypto';
import { waitFor } from '../../../test/support/wait-for.js';
import type { QueueView, ScheduleView } from '#protocol/schedules';
import { systemClock } from '../src/event-sourcing/wall-clock.js';
import { ScheduleClock } from '../src/schedules/schedule-clock.js';
import { MoodyEventStore } from './moody.event-store.js';
import type { Operation } from './openapi/documented-api.js';
import { tokenFor } from './operator-tokens.js';
import type { Known } from './openapi/schema-values.js';
import { finished, ScriptedAgent, started } from './scripted-agent.js';
import { CHAIN, ServerUnderTest } from './server-under-test.js';

/** Two jobs side by side, and two that wait for an agent that never comes. */
const PAIR = 'jobnet: B\njobs:\n  B1: { command: ./one, agent: local }\n  B2: { command: ./two, agent: local }\n';
const WAITING = 'jobnet: W\njobs:\n  W1: { command: ./one, agent: nowhere }\n  W2: { command: ./two, agent: nowhere, after: W1 }\n';

/** It missed every minute of two hours, and asks about each. */
const ASKING = 'schedule: asking\njobnet: W\nevery: 1m\nfrom: "00:00"\nuntil: "24:00"\nmisfire: ask\n';
const MISSED_MS = 7_200_000;

export const PEOPLE = ['admin', 'operator', 'viewer'] as const;

/** What there is to speak of, made anew for each operation so that none finds what another left. */
export interface Scene {
  /** Values for parameters of paths, by the noun before them and their name. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** Values for fields of bodies and parameters of queries. */
  readonly known: Known;
  /** By who shows it; undefined for nobody. */
  readonly tokens: Readonly<Record<string, string | undefined>>;
}

/** A server with runs in every state, agents and people. */
export class BusyServer {
  private count = 0;
  private shared: Promise<Scene> | undefined;

  private constructor(
    readonly server: ServerUnderTest, readonly url: string, private readonly agent: ScriptedAgent, private readonly tokens: Scene['tokens'], private readonly missed: string[],
  ) {}

  static async start(): Promise<BusyServer> {
    const server = await afterTwoHours();
    const url = await server.listen();
    const agent = await ScriptedAgent.connected(server, { slots: 10_000 });
    agent.onFrame = (frame) => { if (frame.kind === 'output') void bringNothing(agent, frame.requestId); };
    const revoked = await tokenFor(server, 'gone');
    await server.request('POST', '/api/v1/operators/gone/revoke', { body: { reason: 'left' } });
    const tokens = {
      admin: server.tokenIn('operator.token'), operator: await tokenFor(server, 'operator', { role: 'operator' }), viewer: await tokenFor(server, 'viewer'),
      enrolment: server.tokenIn('agent.token'), nobody: undefined, stranger: 'kt_nobody-knows-this', revoked,
    };
    const missed = (await server.read<ScheduleView>('/api/v1/schedules/asking')).asked.map(({ key }) => key);
    return new BusyServer(server, url, agent, tokens, missed);
  }

  /** For what only looks, or may find what others left. */
  async sharedScene(operation: Operation): Promise<Scene> {
    return SPOKEN_BY_AGENTS.test(operation.operationId) ? this.sceneFor(operation) : this.shared ??= this.sceneFor(operation);
  }

  /** The agent link is spoken by an agent of its own: what is said there ends sessions. */
  async sceneFor({ operationId }: Operation): Promise<Scene> {
    this.count += 1;
    const [jobnet, operator, agentName] = [`J${this.count}`, `person-${this.count}`, `agent-${this.count}`];
    await this.server.define(`jobnet: ${jobnet}\njobs:\n  J: { command: ./one, agent: nowhere }\n`);
    const calendar = `${jobnet}-days`;
    await this.server.request('PUT', `/api/v1/calendars/${calendar}`, { body: `calendar: ${calendar}\ndays: mon-fri\n` });
    const schedule = `${jobnet}-times`;
    await this.server.request('PUT', `/api/v1/schedules/${schedule}`, { body: `schedule: ${schedule}\njobnet: ${jobnet}\ncron: "0 0 29 2 *"\noverlap: queue\n` });
    const queued = operationId === 'queue_drop' ? await this.queueBehindOneByHand(jobnet, schedule) : [];
    const asked = ABOUT_MISSED.test(operationId) ? this.missed.splice(0, 2) : this.missed.slice(0, 1);
    await tokenFor(this.server, operator);
    const spare = new ScriptedAgent(this.server, agentName);
    const isHello = operationId === 'agentLink_open';
    if (!isHello) await spare.sayHello();
    if (operationId === 'agents_declareLost') await this.leave(spare);
    // The word is for a log that an agent knows more than.
    if (operationId === 'log_restored') await spare.sayHello({ servedUpTo: '900000000' });
    const wishes = operationId === 'agentOutputs_take' ? await this.wishesTo(spare) : [];
    const runs = SPOKEN_BY_AGENTS.test(operationId) ? [] : await this.runs();
    return {
      paths: {
        'jobnets/id': [jobnet], 'calendars/id': [calendar], 'schedules/id': [ABOUT_MISSED.test(operationId) ? 'asking' : schedule], 'occurrences/key': asked, 'operators/name': [operator], 'agents/name': [agentName], 'runs/runId': runs.map(({ runId }) => runId), 'jobs/jobId': ['A1', 'A2', 'B1', 'W1', 'W2'],
        'executions/executionId': runs.flatMap(({ executionId }) => executionId ?? []), 'versions/version': ['1'], 'outputs/requestId': wishes, 'docs/file': ['swagger-ui.css', 'swagger-ui-bundle.js', 'show.js', 'favicon-32x32.png'],
      },
      known: {
        jobnet: [jobnet], run: queued, calendar: [calendar], days: [{ weekdays: ['mon'] }], from: ['2026-01-01'], to: ['2026-03-31'], session: spare.session === undefined ? [] : [spare.session], executionId: runs.flatMap(({ executionId }) => executionId ?? []),
        name: [`${operator}-x`], after: ['0', '1', '5'], cursor: ['1'], helloId: [randomUUID()], status: ['running', 'failing,held'], type: ['RunStarted', 'JobSkipped,JobHeld'],
        ...(operationId === 'scheduleLife_backfill' ? { from: ['2020-02-28T00:00:00.000Z'], until: ['2020-03-01T00:00:00.000Z'] } : {}),
        // A schedule needs one rule of several, which no schema of a field can say.
        ...(SCHEDULE_AS_TEXT.test(operationId) ? { '': [{ schedule, jobnet, cron: '30 2 * * *' }, { schedule, jobnet: [jobnet], at: ['26:30'], calendar, closed: 'next' }] } : {}),
        since: ['2020-01-01T00:00:00Z'], ...(operationId === 'scheduleLife_backfill' ? {} : { until: ['2040-01-01T00:00:00Z'] }), state: ['running', 'waiting'], jobs: [{ J: { command: './one', agent: 'nowhere' } }], servedUpTo: ['0'], position: ['0', '1'],
      },
      // Without a session there is no credential yet: the token that enrols is shown.
      tokens: { ...this.tokens, agent: spare.credential ?? this.server.tokenIn('agent.token') },
    };
  }

  /** Whoever names one to drop has to name one of these. */
  private async queueBehindOneByHand(jobnet: string, schedule: string): Promise<string[]> {
    await this.server.startRun(jobnet);
    await this.server.request('POST', `/api/v1/schedules/${schedule}/backfill`, { body: { from: '2020-02-28T00:00:00.000Z', until: '2024-03-01T00:00:00.000Z', reason: 'made up for' } });
    const { items } = await waitFor('they wait for their turn', async () => {
      const queue = await this.server.read<QueueView>(`/api/v1/jobnets/${jobnet}/queue`);
      return queue.count > 0 && queue;
    }, 10_000);
    return items.map(({ runId }) => runId);
  }

  /** Running, failing, with a late result, waiting, with a held job, held, finished. */
  private async runs(): Promise<{ runId: string; executionId?: string }[]> {
    const { server, agent } = this;
    // An agent that says nothing for a while is taken for dead.
    if ((await agent.tryReport()).status !== 200) await agent.connect();
    const [running, failing, late, done] = await Promise.all([this.dispatched('A', 'A1'), this.dispatched('A', 'A1'), this.dispatched('B', 'B1'), this.dispatched('A', 'A1')]);
    const [waiting, withHeldJob, held] = [await server.startRun('W'), await server.startRun('W'), await server.startRun('W')];
    await agent.report(started(running), finished(failing, 1), started(late), finished(done, 0, 3, 'a word\n'));
    await server.skip(late.runId, 'B1');
    await agent.report(finished(late));
    await agent.execute('A2', 0, done.runId);
    await server.request('POST', `/api/v1/runs/${withHeldJob}/jobs/W1/hold`, { body: { reason: 'wait' } });
    await server.request('POST', `/api/v1/runs/${held}/hold`, { body: { reason: 'wait' } });
    return [running, failing, late, done, { runId: waiting }, { runId: withHeldJob }, { runId: held }];
  }

  /** Only who is away can be declared lost. */
  private async leave(agent: ScriptedAgent): Promise<void> {
    await agent.listen();
    await agent.goAway();
  }

  private async dispatched(jobnet: string, jobId: string) {
    return (await this.agent.dispatchOf(jobId, await this.server.startRun(jobnet))).spec;
  }

  /** Somebody wants to read what a job of this agent writes, twice. */
  private async wishesTo(agent: ScriptedAgent): Promise<string[]> {
    await agent.listen();
    await this.server.define(`jobnet: O-${agent.name}\njobs:\n  O: { command: ./one, agent: ${agent.name} }\n`);
    const { spec } = await agent.dispatchOf('O', await this.server.startRun(`O-${agent.name}`));
    await agent.report(started(spec));
    const headers = { authorization: `Bearer ${this.tokens['admin']}`, accept: 'application/octet-stream' };
    // Whoever reads gets whatever the test brings, or nothing.
    for (const _ of [1, 2]) void fetch(`${this.url}/api/v1/runs/${spec.runId}/jobs/O/output`, { headers }).then((answer) => answer.text()).catch(() => undefined);
    return [(await agent.outputWish(1)).requestId, (await agent.outputWish(2)).requestId];
  }
}

/** Defined two hours ago; nobody was there since. */
async function afterTwoHours(): Promise<ServerUnderTest> {
  const earlier = { now: () => systemClock.now() - MISSED_MS, wakeAfter: systemClock.wakeAfter.bind(systemClock) };
  const before = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, earlier);
  for (const text of [CHAIN, PAIR, WAITING]) await before.define(text);
  await before.request('PUT', '/api/v1/schedules/asking', { body: ASKING });
  await before.halt();
  const server = await ServerUnderTest.start(before.store, before.data);
  await server.get(ScheduleClock).sweep();
  return server;
}

const ABOUT_MISSED = /^scheduleLife_(start|skip)$/;
const SCHEDULE_AS_TEXT = /^schedules_(define|validateText)$/;
const SPOKEN_BY_AGENTS = /^agent(Link|Outputs)_/;

/** All that a job has written so far: nothing. */
async function bringNothing(agent: ScriptedAgent, requestId: string): Promise<void> {
  const { upload, status } = await agent.bring(requestId, { 'x-kiroku-state': 'running', 'x-kiroku-length': '0' });
  upload.end();
  await status;
}
