import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

/** How many requests this process has answered, by the class of their status: `2xx`. A stream counts when it ends. */
@Injectable()
export class AnsweredRequests {
  readonly byClass = new Map(['1xx', '2xx', '3xx', '4xx', '5xx'].map((statusClass): [string, number] => [statusClass, 0]));

  constructor(host: HttpAdapterHost) {
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onResponse', (_request, reply, done) => {
      this.count(reply.raw.statusCode);
      done();
    });
  }

  private count(status: number): void {
    const statusClass = `${Math.floor(status / 100)}xx`;
    this.byClass.set(statusClass, (this.byClass.get(statusClass) ?? 0) + 1);
  }
}
