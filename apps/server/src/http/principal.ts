import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role } from '#domain/operator/operator.decider';
import type { Actor } from '#events/vocabulary';

/** Who is behind a request: an operator, an agent with its credential, or somebody who may only enrol an agent. */
export interface Principal {
  readonly actor: Actor;
  readonly role: Role | 'agent';
  readonly tokenId: string;
}

export const AUDIENCE = Symbol('audience');

/** Needs no token: `/healthz` and its like. */
export const Public = () => SetMetadata(AUDIENCE, 'public');

/** For agents and those who enrol them; everything else is for operators. */
export const ForAgents = () => SetMetadata(AUDIENCE, 'agents');

export type RequestWithPrincipal = FastifyRequest & { principal?: Principal };

export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<RequestWithPrincipal>();
  if (principal === undefined) throw new Error('the route has no guard');
  return principal;
});
