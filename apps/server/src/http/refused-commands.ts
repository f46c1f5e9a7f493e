import { Injectable } from '@nestjs/common';
import { RefusalRecord } from '../refusals/refusal-record.js';
import { Authenticator } from './authenticator.js';
import { HttpProblem } from './http-problem.js';
import type { Principal, RequestWithPrincipal } from './principal.js';

/** Longer ones say no more to anybody; a path may be as long as a header. */
const MAX_PATH = 300;
const MAX_DETAIL = 1_000;

/** A question in the form of a command: that a text is at fault is its answer. */
const QUESTION = /^\/api\/v1\/jobnets\/validate$/;

/** Tells which answers are refusals of a command, and whose. */
@Injectable()
export class RefusedCommands {
  constructor(private readonly authenticator: Authenticator, private readonly record: RefusalRecord) {}

  noticed(request: RequestWithPrincipal, { status, code, message }: HttpProblem): void {
    const { method } = request;
    const [path = ''] = request.url.split('?', 1);
    if ((method !== 'POST' && method !== 'PUT') || QUESTION.test(path)) return;
    // 401 is nobody's; 5xx refuses nothing, the command may be given again.
    if (status < 400 || status === 401 || status >= 500) return;
    const principal = request.principal ?? this.principalOf(request);
    if (principal === undefined || isReport(principal, status)) return;
    this.record.noticed(principal.actor, { method, path: path.slice(0, MAX_PATH), status, code, detail: message.slice(0, MAX_DETAIL) });
  }

  /** A body that is too large, or no JSON, and a route that is not there are refused before the guard looks at the token. */
  private principalOf({ headers }: RequestWithPrincipal): Principal | undefined {
    try {
      return this.authenticator.principalOf(headers.authorization);
    } catch (error) {
      if (error instanceof HttpProblem) return undefined;
      throw error;
    }
  }
}

/** An agent tells facts and gives no commands; only where it goes beyond its own routes it tries something. */
function isReport({ role }: Principal, status: number): boolean {
  return role === 'agent' && status !== 403;
}
