import type { Metric } from './exposition.js';

/** In seconds: from a commit of the embedded file to an outage that an append outlasts. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How long something took, as Prometheus wants it: by bucket, in all, and how often. */
export class Histogram {
  /** Not yet added up: each has what lies between its bound and the one before, the last what lies beyond. */
  private readonly buckets = new Array<number>(BOUNDS.length + 1).fill(0);
  private sum = 0;
  private count = 0;

  observe(seconds: number): void {
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = index === -1 ? BOUNDS.length : index;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.sum += seconds;
    this.count += 1;
  }

  metric(name: string, help: string): Metric {
    let upTo = 0;
    const buckets = this.buckets.map((inside, index) => {
      upTo += inside;
      return { suffix: '_bucket', labels: { le: String(BOUNDS[index] ?? '+Inf') }, value: upTo };
    });
    return { name, kind: 'histogram', help, samples: [...buckets, { suffix: '_sum', value: this.sum }, { suffix: '_count', value: this.count }] };
  }
}
