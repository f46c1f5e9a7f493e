import { Controller, Get, Header, Inject } from '@nestjs/common';
import { z } from 'zod';
import type { EventStore } from '#event-store/event-store.port';
import { statusOf } from '#domain/run/run-status';
import { RUN_STATUSES } from '#protocol/api';
import { AgentsProjection } from '../agents/agents.projection.js';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { StoreTrouble } from '../event-sourcing/appending/store-trouble.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { Public } from '../http/principal.js';
import { Route, Tag } from '../openapi/route.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { Watchers } from '../watching/watchers.js';
import { AnsweredRequests } from './answered-requests.js';
import { exposition, EXPOSITION_TYPE, type Metric } from './exposition.js';
import { ProcessLoad } from './process-load.js';
import { StoreMetrics } from './store-metrics.js';

/** Counts for Prometheus. Open like `/healthz`: it has names of agents and numbers, nothing that a job said. */
@Controller()
@Public()
@Tag('server')
export class MetricsController {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly follower: LogFollower,
    private readonly runs: RunsProjection,
    private readonly agents: AgentsProjection,
    private readonly watchers: Watchers,
    private readonly requests: AnsweredRequests,
    private readonly load: ProcessLoad,
    private readonly trouble: StoreTrouble,
    private readonly ofStore: StoreMetrics,
  ) {}

  @Get('metrics')
  @Route({ summary: 'Counts for Prometheus', answers: { 200: { 'text/plain': z.string() } } })
  @Header('content-type', EXPOSITION_TYPE)
  async metrics(): Promise<string> {
    return exposition([...(await this.ofLog()), ...(await this.ofStore.metrics()), ...this.ofRuns(), ...this.ofAgents(), ...this.ofConnections(), ...this.load.metrics()]);
  }

  /** A log that cannot be read has no head to tell; everything else is answered. */
  private async ofLog(): Promise<Metric[]> {
    const head = await this.store.head().then((position) => [{ value: Number(position ?? 0n) }], () => []);
    return [
      { name: 'kiroku_log_head_position', kind: 'counter', help: 'Position of the last event in the log. Nothing while the log cannot be read.', samples: head },
      { name: 'kiroku_log_writable', kind: 'gauge', help: '0 from a failed append until one succeeds: commands are refused.', samples: [{ value: this.trouble.isWritable ? 1 : 0 }] },
      { name: 'kiroku_log_folded_position', kind: 'counter', help: 'Position up to which this server has folded the log.', samples: [{ value: Number(this.follower.position) }] },
    ];
  }

  private ofRuns(): Metric[] {
    const byStatus = new Map(RUN_STATUSES.map((status): [string, number] => [status, 0]));
    for (const { run } of this.runs.all()) byStatus.set(statusOf(run), (byStatus.get(statusOf(run)) ?? 0) + 1);
    return [{ name: 'kiroku_runs', kind: 'gauge', help: 'Runs by status.', samples: [...byStatus].map(([status, value]) => ({ labels: { status }, value })) }];
  }

  private ofAgents(): Metric[] {
    const all = [...this.agents.all()].map(({ agent, contact }) => ({ labels: { agent: agent.name }, connected: contact.connected, open: this.runs.openExecutionsOf(agent.name).size }));
    return [
      { name: 'kiroku_executions_open', kind: 'gauge', help: 'Executions that may still report, by agent.', samples: all.map(({ labels, open }) => ({ labels, value: open })) },
      { name: 'kiroku_agent_connected', kind: 'gauge', help: '1 while the agent is connected.', samples: all.map(({ labels, connected }) => ({ labels, value: connected ? 1 : 0 })) },
    ];
  }

  private ofConnections(): Metric[] {
    const answered = [...this.requests.byClass].map(([statusClass, value]) => ({ labels: { class: statusClass }, value }));
    return [
      { name: 'kiroku_watchers', kind: 'gauge', help: 'Connections that watch the log live.', samples: [{ value: this.watchers.count }] },
      { name: 'kiroku_watchers_buffered_bytes', kind: 'gauge', help: 'What watchers were told and have not taken yet.', samples: [{ value: this.watchers.buffered }] },
      { name: 'kiroku_http_requests_total', kind: 'counter', help: 'Requests answered, by class of status.', samples: answered },
    ];
  }
}
