import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { HttpProblem } from '../http/http-problem.js';
import { ENROLS, type RequestWithPrincipal } from '../http/principal.js';

/** Only the agent that the path names, with the credential it got when it enrolled; asked before anything else of the request is looked at. */
@Injectable()
export class OwnNameGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { params, principal } = context.switchToHttp().getRequest<RequestWithPrincipal & { params: { name: string } }>();
    const { name } = params;
    if (principal?.role === 'enrolment' && this.reflector.get<true | undefined>(ENROLS, context.getHandler()) === true) return true;
    if (principal?.role !== 'agent' || principal.actor.id !== name) throw new HttpProblem(403, 'forbidden', `this token is not the credential of agent ${name}`);
    return true;
  }
}
