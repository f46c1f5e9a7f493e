import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Problem } from '#protocol/problem';
import { longRequests } from './long-requests.js';

/** The largest body on any route, in bytes: an agent's batch of reports. A jobnet's text has a limit of its own. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Routes that take a text as it was written, so that its faults have a line and a column. */
const TEXT_ROUTES = /^\/api\/v1\/(jobnets|calendars|schedules)\/[^/?]+(\?|$)/;

/** The one route that takes bytes of any number, as they come. */
const BYTES_ROUTE = /^\/api\/v1\/agents\/[^/?]+\/outputs\/[^/?]+$/;

/** Fastify with our limits and parsers. Requests without a body, or with an empty one, have no body. */
export function httpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, requestTimeout: 60_000, keepAliveTimeout: 75_000, routerOptions: { maxParamLength: 300 },
    clientErrorHandler: answerGarbage, frameworkErrors: answerUnreadablePath,
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRequest', refuseLargeBody);
  fastify.addContentTypeParser(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'], { parseAs: 'string' }, (_request, body, done) => done(null, body));
  fastify.addContentTypeParser('application/octet-stream', (request, body, done) => {
    if (BYTES_ROUTE.test(request.url)) return done(null, body);
    done(Object.assign(new Error('this route takes no bytes'), { statusCode: 415 }));
  });
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    if (TEXT_ROUTES.test(request.url) && (request.method === 'PUT' || request.url.includes('/validate'))) return done(null, body);
    try {
      done(null, JSON.parse(body as string));
    } catch (error) {
      done(Object.assign(new Error(`the body is no JSON: ${(error as Error).message}`), { statusCode: 400 }), undefined);
    }
  });
  return adapter;
}

/** What is read and thrown away of a body that is too large, in bytes: beyond that the connection is cut. */
const MOST_DRAINED_BYTES = 64 * 1024 * 1024;

/**
 * Whoever is cut off while writing sees a broken pipe, not our answer: the body is read to its end first. Every other request goes on
 * in the same tick: what is wrong with its chunks is to find the answer given, or nobody waiting for one.
 */
function refuseLargeBody({ headers, raw }: FastifyRequest, _reply: FastifyReply, done: (error?: FastifyError) => void): void {
  const length = Number(headers['content-length'] ?? 0);
  if (!(length > MAX_BODY_BYTES)) return done();
  const refusal = Object.assign(new Error(`a body has at most ${MAX_BODY_BYTES} bytes; this one has ${length}`), { statusCode: 413 }) as FastifyError;
  const answer = () => done(refusal);
  if (length > MOST_DRAINED_BYTES) answer();
  else drained(raw).then(answer, answer);
}

async function drained(body: AsyncIterable<unknown>): Promise<void> {
  for await (const _chunk of body);
}

/** A path that is too long for any id, or that no id encodes to, leads nowhere: the router gives up on it before any filter of ours. */
function answerUnreadablePath(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const status = error.code === 'FST_ERR_ASYNC_CONSTRAINT' ? 500 : 404;
  const document: Problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: error.message.slice(0, 400), code: status === 404 ? 'route-not-found' : 'internal-error' };
  void reply.status(status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(document));
}

/** What is no HTTP at all gets an answer in the same form, and the connection ends. */
function answerGarbage(error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: { req?: { complete?: boolean } } | null }): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && longRequests.has(socket)) return;
  // While a whole request of the connection waits for its answer, this one would be taken for it.
  if (!socket.writable || socket._httpMessage?.req?.complete === true || error.code === 'ECONNRESET') return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: 'this is not a request that can be read', code: 'malformed-request' });
  socket.end(`HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}
