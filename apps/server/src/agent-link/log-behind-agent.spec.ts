import { agentDetailsView, type AgentDetailsView, type AgentView, type List } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { restoredTo } from '../../test-support/restored-log.js';
import { ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';
import { LogFollower } from '../event-sourcing/log-follower.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;

/** The log goes back behind what `local` was told, and `gone`, whose host is gone, has an execution out in it. */
beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN.replaceAll('agent: local', 'agent: gone'));
  await server.define(SINGLE);
  const gone = await ScriptedAgent.connected(server, { name: 'gone' });
  agent = await ScriptedAgent.connected(server);
  runId = await server.startRun();
  await gone.report(started((await gone.dispatchOf('A1', runId)).spec));
  await gone.goAway();
  const copy = server.get(LogFollower).position;
  await agent.execute('S1', 0, await server.startRun('S'));
  server = await restoredTo(server, copy);
  agent.server = server;
  agent.frames.length = 0;
});

afterEach(closeServers);

const shown = async (name: string) => agentDetailsView.parse(await server.read<AgentDetailsView>(`/api/v1/agents/${name}`));
const declareLost = () => server.request('POST', '/api/v1/agents/gone/declare-lost', { body: { reason: 'the host burned down' } });
const restored = () => server.request('POST', '/api/v1/log/restored', { body: { reason: 'last night\'s copy' } });
const abandonments = () => server.events('&type=ExecutionAbandoned');

describe('an agent that knows more than the log', () => {
  it('is shown as refused, with when it last tried, until it is let in', async () => {
    expect(await shown('local')).not.toHaveProperty('refused');
    expect((await agent.sayHello()).status).toBe(409);
    expect(await shown('local')).toMatchObject({ state: 'away', refused: { code: 'log-behind-agent', at: expect.any(String) as string } });
    const { items } = await server.read<List<AgentView>>('/api/v1/agents');
    expect(items.map(({ name, refused }) => [name, refused?.code])).toEqual([['gone', undefined], ['local', 'log-behind-agent']]);
    await restored();
    expect(await shown('local')).not.toHaveProperty('refused');
    await agent.connect();
    expect(await shown('local')).not.toHaveProperty('refused');
  });

  it('keeps the executions of a lost agent from being given up, until an operator has said what happened to the log', async () => {
    await agent.sayHello();
    expect((await declareLost()).status).toBe(200);
    expect(await abandonments()).toEqual([]);
    await restored();
    await waitFor('they are given up', async () => (await abandonments()).length > 0, 5_000);
    expect(await abandonments()).toMatchObject([{ stream: `run-${runId}`, actor: { id: 'admin' } }]);
  });
});

it('a lost agent\'s executions are given up at once when no agent knows more than the log', async () => {
  await declareLost();
  expect(await abandonments()).toHaveLength(1);
});
