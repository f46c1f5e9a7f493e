import { finished, ScriptedAgent } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';
import { exposition } from './exposition.js';

let server: ServerUnderTest;

beforeEach(async () => (server = await ServerUnderTest.start()));
afterEach(closeServers);

async function scraped(): Promise<Map<string, number>> {
  const { status, headers, text } = await server.request('GET', '/metrics', { token: null });
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
  return new Map(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('/metrics', () => {
  it('counts runs by status, executions and contact by agent, and where the log is', async () => {
    await server.define(CHAIN);
    await server.define(SINGLE);
    const agent = await ScriptedAgent.connected(server);
    await server.startRun('A');
    const runId = await server.startRun('S');
    await agent.report(finished((await agent.dispatchOf('S1', runId)).spec, 0));
    const counts = await scraped();
    const position = Number((await server.events()).at(-1)?.position);
    expect(Object.fromEntries(counts)).toMatchObject({
      'kiroku_runs{status="running"}': 1, 'kiroku_runs{status="succeeded"}': 1, 'kiroku_runs{status="failed"}': 0,
      'kiroku_executions_open{agent="local"}': 1, 'kiroku_agent_connected{agent="local"}': 1,
      kiroku_log_head_position: position, kiroku_log_folded_position: position, kiroku_log_writable: 1, kiroku_watchers: 0,
    });
  });

  it('counts what was answered, by class of status', async () => {
    await server.request('GET', '/healthz');
    const before = await scraped();
    await server.request('GET', '/nowhere');
    await server.request('GET', '/healthz');
    const after = await scraped();
    const more = (statusClass: string) => after.get(`kiroku_http_requests_total{class="${statusClass}"}`)! - before.get(`kiroku_http_requests_total{class="${statusClass}"}`)!;
    expect([more('2xx'), more('4xx'), more('5xx')]).toEqual([2, 1, 0]);
  });

  it('says what the process takes', async () => {
    const counts = await scraped();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_uptime_seconds']) expect(counts.get(name)).toBeGreaterThan(0);
    expect(counts.get('kiroku_event_loop_delay_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0);
  });

  it('is answered without a head while the log cannot be read', async () => {
    server.store.head = () => Promise.reject(new Error('the disk is away'));
    const counts = await scraped();
    expect(counts.has('kiroku_log_head_position')).toBe(false);
    expect(counts.get('kiroku_log_folded_position')).toBeGreaterThan(0);
  });

  it('escapes what stands in a label', () => {
    expect(exposition([{ name: 'x', kind: 'gauge', help: 'X.', samples: [{ labels: { a: 'b"\\\n' }, value: 1 }] }])).toBe('# HELP x X.\n# TYPE x gauge\nx{a="b\\"\\\\\\n"} 1\n');
  });
});
