import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { FoldLag } from '../event-sourcing/fold-lag.js';
import { TokenUse } from '../operators/token-use.js';
import { Authenticator } from './authenticator.js';
import { HttpProblem, notFoldedYet } from './http-problem.js';
import { AUDIENCE, mayActAs, NEEDED_ROLE, type OperatorRole, type Principal, type RequestWithPrincipal, roleForMethod } from './principal.js';

/** Finds out who asks, keeps agents and operators to their own routes, and operators to what their role may do. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly reflector: Reflector, private readonly authenticator: Authenticator, private readonly use: TokenUse, private readonly lag: FoldLag) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const audience = this.metadata(AUDIENCE, context) ?? 'operators';
    if (audience === 'public') return true;
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const principal = await this.principalOf(request, audience);
    // Known from here on: a refusal that follows is on record with the name.
    request.principal = principal;
    const forAgents = principal.role === 'agent' || principal.role === 'enrolment';
    if (forAgents !== (audience === 'agents')) throw new HttpProblem(403, 'forbidden', `this token is for ${forAgents ? 'agents' : 'operators'}; the route is not`);
    if (audience === 'operators') requireRole(principal, (this.metadata(NEEDED_ROLE, context) as OperatorRole | undefined) ?? roleForMethod(request.method));
    this.use.noticed(principal);
    return true;
  }

  /**
   * Whoever is to be refused is refused by all that the log holds: where other servers append too, an operator's command is compared with a fold that has
   * reached the log's end, and so is a token that is not known here.
   */
  private async principalOf({ method, headers }: RequestWithPrincipal, audience: string): Promise<Principal> {
    if (audience === 'operators' && method !== 'GET' && method !== 'HEAD') await this.catchUp();
    try {
      return this.authenticator.principalOf(headers.authorization);
    } catch (error) {
      if (!(error instanceof HttpProblem) || headers.authorization === undefined) throw error;
      await this.catchUp();
      return this.authenticator.principalOf(headers.authorization);
    }
  }

  /** @throws HttpProblem 503 `not-folded-yet` */
  private async catchUp(): Promise<void> {
    if (!await this.lag.caughtUp()) throw notFoldedYet();
  }

  private metadata(key: symbol, context: ExecutionContext): string | undefined {
    return this.reflector.getAllAndOverride<string | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}

function requireRole(principal: Principal, needed: OperatorRole): void {
  if (mayActAs(principal, needed)) return;
  throw new HttpProblem(403, 'forbidden', `this needs the role ${needed}; ${principal.actor.id} has the role ${principal.role}`);
}
