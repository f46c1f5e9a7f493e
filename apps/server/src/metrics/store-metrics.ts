import { Injectable } from '@nestjs/common';
import { FoldLag } from '../event-sourcing/fold-lag.js';
import { ClockLease } from '../servers/clock-lease.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { ServersProjection } from '../servers/servers.projection.js';
import type { Metric, Sample } from './exposition.js';
import { MeasuredEventStore } from './measured.event-store.js';

/** The store as this server meets it, and the servers that share it. */
@Injectable()
export class StoreMetrics {
  constructor(
    private readonly store: MeasuredEventStore,
    private readonly lag: FoldLag,
    private readonly servers: ServersProjection,
    private readonly lease: ClockLease,
    private readonly identity: ServerIdentity,
  ) {}

  async metrics(): Promise<Metric[]> {
    return [...this.ofAppends(), ...await this.ofFold(), ...this.ofServers()];
  }

  private ofAppends(): Metric[] {
    const failures = Object.entries(this.store.failures).map(([reason, value]): Sample => ({ labels: { reason }, value }));
    const { retries, renewedClients } = this.store.figures ?? {};
    return [
      this.store.appendSeconds.metric('kiroku_store_append_duration_seconds', 'Appends that succeeded, from the decision until they are durable.'),
      { name: 'kiroku_store_append_failures_total', kind: 'counter', help: 'Appends that failed. A conflict is decided again: another server was first.', samples: failures },
      { name: 'kiroku_store_retries_total', kind: 'counter', help: 'Calls to the database that were made once more.', samples: given(retries) },
      { name: 'kiroku_store_renewed_clients_total', kind: 'counter', help: 'Clients of the database that were replaced.', samples: given(renewedClients) },
    ];
  }

  /** Nothing while the log cannot be read. */
  private async ofFold(): Promise<Metric[]> {
    const behind = await this.lag.measure().then(({ behindMs }) => behindMs / 1_000, () => undefined);
    return [{ name: 'kiroku_fold_lag_seconds', kind: 'gauge', help: 'For how long this server has not folded all of the log. Nothing while the log cannot be read.', samples: given(behind) }];
  }

  private ofServers(): Metric[] {
    const byState = new Map([['serving', 0], ['silent', 0], ['stopped', 0]]);
    for (const { state } of this.servers.all()) byState.set(state, (byState.get(state) ?? 0) + 1);
    return [
      { name: 'kiroku_servers', kind: 'gauge', help: 'Servers that were ever started on this log, by state.', samples: [...byState].map(([state, value]) => ({ labels: { state }, value })) },
      { name: 'kiroku_clock_lease_held', kind: 'gauge', help: '1 while this server minds the clock: delays, deadlines and schedules.', samples: [{ value: this.lease.holder === this.identity.id ? 1 : 0 }] },
    ];
  }
}

/** Of what a store has nothing to say there is no sample. */
function given(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ value }];
}
