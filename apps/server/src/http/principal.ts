import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role } from '#domain/operator/operator.state';
import type { Actor } from '#events/vocabulary';
import { OPERATOR_ROLES } from '#protocol/api';

/** Who is behind a request: an operator, an agent with its credential, or somebody who may only enrol an agent. */
export interface Principal {
  readonly actor: Actor;
  readonly role: Role | 'agent';
  readonly tokenId: string;
}

/** What a person may do: each role may do what those before it in the list may. */
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

export const AUDIENCE = Symbol('audience');
export const ENROLS = Symbol('takes the enrolment token');
export const NEEDED_ROLE = Symbol('needed role');

/** Needs no token: `/healthz` and its like. */
export const Public = () => SetMetadata(AUDIENCE, 'public');

/** For agents and those who enrol them; everything else is for operators. */
export const ForAgents = () => SetMetadata(AUDIENCE, 'agents');

/** Also for who may only enrol an agent; for a route of agents that is guarded by `OwnNameGuard`. */
export const AlsoEnrols = () => SetMetadata(ENROLS, true);

/** Only for operators of this role or a higher one. Without it the method decides, so that no new route is open by accident. */
export const NeedsRole = (role: OperatorRole) => SetMetadata(NEEDED_ROLE, role);

/** Looking is a viewer's; whatever may change something is an operator's. */
export function roleForMethod(method: string): OperatorRole {
  return method === 'GET' || method === 'HEAD' ? 'viewer' : 'operator';
}

export function mayActAs({ role }: Principal, needed: OperatorRole): boolean {
  return role !== 'agent' && role !== 'enrolment' && OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(needed);
}

export type RequestWithPrincipal = FastifyRequest & { principal?: Principal };

export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<RequestWithPrincipal>();
  if (principal === undefined) throw new Error('the route has no guard');
  return principal;
});
