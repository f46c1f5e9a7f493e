import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metric } from './exposition.js';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** What this process takes of its host, and how late its event loop is. */
@Injectable()
export class ProcessLoad implements OnApplicationShutdown {
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.delay.enable();
  }

  onApplicationShutdown(): void {
    this.delay.disable();
  }

  /** The delays are those since they were last asked for. */
  metrics(): Metric[] {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const delays = [0.5, 0.99, 1].map((quantile) => ({ labels: { quantile: String(quantile) }, value: this.delay.percentile(quantile * 100) / NANOSECONDS }));
    this.delay.reset();
    return [
      { name: 'process_cpu_seconds_total', kind: 'counter', help: 'User and system CPU time of the server.', samples: [{ value: (user + system) / MICROSECONDS }] },
      { name: 'process_resident_memory_bytes', kind: 'gauge', help: 'Resident memory of the server.', samples: [{ value: rss }] },
      { name: 'process_heap_used_bytes', kind: 'gauge', help: 'Heap in use.', samples: [{ value: heapUsed }] },
      { name: 'process_uptime_seconds', kind: 'gauge', help: 'Since the process was started.', samples: [{ value: process.uptime() }] },
      { name: 'kiroku_event_loop_delay_seconds', kind: 'gauge', help: 'How late the event loop was since the last scrape; quantile 1 is the worst.', samples: delays },
    ];
  }
}
