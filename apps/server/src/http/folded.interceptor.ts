import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { position } from '#protocol/agent-link';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from './http-problem.js';
import { validate } from './validate.js';

/** How long a query waits for what it wants to see, in milliseconds. A second server folds within a few of them. */
const PATIENCE_MS = 5_000;

/** `?after=<position>`: read your own writes, on whichever server answers. */
@Injectable()
export class FoldedInterceptor implements NestInterceptor {
  constructor(private readonly follower: LogFollower) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { method, query } = context.switchToHttp().getRequest<FastifyRequest<{ Querystring: { after?: unknown } }>>();
    if (method === 'GET' && query.after !== undefined) await requireFolded(this.follower, BigInt(validate(position, query.after, 'query\'s `after`')));
    return next.handle();
  }
}

/** @throws HttpProblem 503 `not-folded-yet` when that takes longer than a query waits */
export async function requireFolded(follower: LogFollower, wanted: bigint): Promise<void> {
  if (await follower.foldedWithin(wanted, PATIENCE_MS)) return;
  throw new HttpProblem(503, 'not-folded-yet', `this server has not seen position ${wanted} yet; it stands at ${follower.position}`);
}
