import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AgentsProjection } from '../agents/agents.projection.js';
import { OperatorsProjection } from '../operators/operators.projection.js';
import { hashToken } from '../operators/token.js';
import { TokenUse } from '../operators/token-use.js';
import { HttpProblem } from './http-problem.js';
import { AUDIENCE, type Principal, type RequestWithPrincipal } from './principal.js';

/** Finds out who asks, and keeps agents and operators to their own routes. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly operators: OperatorsProjection,
    private readonly agents: AgentsProjection,
    private readonly use: TokenUse,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const audience = this.reflector.getAllAndOverride<string | undefined>(AUDIENCE, [context.getHandler(), context.getClass()]) ?? 'operators';
    if (audience === 'public') return true;
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const principal = this.principalOf(request.headers.authorization);
    const forAgents = principal.role === 'agent' || principal.role === 'enrolment';
    if (forAgents !== (audience === 'agents')) throw new HttpProblem(403, 'forbidden', `this token is for ${forAgents ? 'agents' : 'operators'}; the route is not`);
    request.principal = principal;
    this.use.noticed(principal);
    return true;
  }

  private principalOf(header: string | undefined): Principal {
    const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw new HttpProblem(401, 'token-missing', 'a token is needed: `Authorization: Bearer <token>`');
    const hash = hashToken(token);
    const holder = this.operators.holderOf(hash);
    if (holder !== undefined) {
      const { operator: id, role, tokenId } = holder;
      return { actor: { kind: 'operator', id, tokenId }, role, tokenId };
    }
    const agent = this.agents.nameOf(hash);
    if (agent === undefined) throw new HttpProblem(401, 'token-unknown', 'this token is not known here');
    return { actor: { kind: 'agent', id: agent }, role: 'agent', tokenId: hash.slice(0, 12) };
  }
}
