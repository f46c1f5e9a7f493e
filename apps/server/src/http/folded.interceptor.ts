import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { position } from '#protocol/agent-link';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from './http-problem.js';
import { validate } from './validate.js';

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
  if (await follower.foldedWithin(wanted)) return;
  throw new HttpProblem(503, 'not-folded-yet', `this server has not seen position ${wanted} yet; it stands at ${follower.position}`);
}
