import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { FormatNotRaisedError } from '#events/formats';
import type { Problem } from '#protocol/problem';
import { InvalidAppendError, StoreUnavailableError } from '#event-store/event-store.errors';
import { CommandRejectedError, KeyReusedError, StreamClosedError, TooMuchContentionError } from '../event-sourcing/command-failures.js';
import { HttpProblem } from './http-problem.js';
import { KnownRoutes } from './routing/known-routes.js';
import type { RequestWithPrincipal } from './principal.js';
import { RefusedCommands } from './refused-commands.js';

/** Every error leaves as an RFC 9457 problem document; what nobody foresaw is logged, and its text stays here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly refused: RefusedCommands, private readonly routes: KnownRoutes) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<RequestWithPrincipal>();
    const problem = this.otherMethods(this.toProblem(error), request, reply);
    this.answer(problem, reply);
    this.refused.noticed(request, problem);
  }

  /** A path that another method would have found is no wrong path. */
  private otherMethods(problem: HttpProblem, { method, url }: RequestWithPrincipal, reply: FastifyReply): HttpProblem {
    if (problem.code !== 'route-not-found') return problem;
    const methods = this.routes.methodsOf(url);
    if (methods.length === 0 || methods.includes(method)) return problem;
    void reply.header('allow', methods.join(', '));
    return new HttpProblem(405, 'method-not-allowed', `${method} is not possible here; ${methods.join(', ')} would be`);
  }

  private answer({ status, code, message, faults }: HttpProblem, reply: FastifyReply): void {
    const document: Problem = {
      type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: message, code, ...(faults === undefined ? {} : { faults: [...faults] }),
    };
    if (status === 503) void reply.header('retry-after', '1');
    if (status === 401) void reply.header('www-authenticate', 'Bearer realm="kiroku"');
    void reply.status(status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(document));
  }

  private toProblem(error: unknown): HttpProblem {
    if (error instanceof HttpProblem) return error;
    if (error instanceof CommandRejectedError) return new HttpProblem(error.code.endsWith('-not-found') ? 404 : 409, error.code, error.message);
    if (error instanceof FormatNotRaisedError) return new HttpProblem(409, 'format-not-raised', error.message);
    if (error instanceof KeyReusedError) return new HttpProblem(422, 'idempotency-key-reused', error.message);
    if (error instanceof StreamClosedError) return new HttpProblem(409, 'history-corrupt', error.message);
    if (error instanceof StoreUnavailableError) return new HttpProblem(503, 'store-unavailable', `the event store is unavailable: ${error.message}; nothing was changed, try again`);
    if (error instanceof TooMuchContentionError) return new HttpProblem(503, 'too-much-contention', error.message);
    if (error instanceof InvalidAppendError) return new HttpProblem(413, 'too-large-to-record', error.message);
    return foreseenByFramework(error) ?? this.unforeseen(error);
  }

  private unforeseen(error: unknown): HttpProblem {
    this.logger.error(error instanceof Error ? error.stack : error);
    return new HttpProblem(500, 'internal-error', 'something went wrong here; the server\'s log says what');
  }
}

/** Nest's and Fastify's own refusals: an unknown route, a body that is too large, malformed, or of a type nobody reads. */
function foreseenByFramework(error: unknown): HttpProblem | undefined {
  // The path alone: this text goes on record, and a query may hold what somebody put there by mistake.
  if (error instanceof HttpException && error.getStatus() === 404) return new HttpProblem(404, 'route-not-found', error.message.split('?', 1)[0] ?? '');
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | undefined)?.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  const code = { 400: 'malformed-request', 413: 'body-too-large', 415: 'unsupported-media-type' }[status] ?? 'bad-request';
  return new HttpProblem(status, code, (error as Error).message);
}
