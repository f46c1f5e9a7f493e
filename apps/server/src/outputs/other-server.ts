import { get, type IncomingMessage } from 'node:http';
import { get as getByTls } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OUTPUT_HEADER } from '#protocol/output-headers';

/** Another server's answer has to begin within this time, in milliseconds: it waits for its agent as long. */
const BEGINS_WITHIN_MS = 12_000;

/** The agent that has it is connected with another server. */
export class AgentElsewhereError extends Error {
  override readonly name = 'AgentElsewhereError';

  /** @param url where that server is reached */
  constructor(readonly url: string) {
    super(`its agent is connected with the server at ${url}`);
  }
}

/** Whether another server has handed this request on: it is answered here, and not handed on once more. */
export function isHandedOn({ headers }: FastifyRequest): boolean {
  return headers[OUTPUT_HEADER.handedOn] !== undefined;
}

/**
 * Hands a request on as it came, with the token of whoever asks, and the answer back.
 *
 * @returns false, with nothing answered yet, when that server is not to be had
 */
export async function handOn({ url }: AgentElsewhereError, request: FastifyRequest, reply: FastifyReply, gone: AbortSignal): Promise<boolean> {
  const answer = await asked(new URL(request.url, url), request, gone).catch(() => undefined);
  if (answer === undefined) return false;
  reply.hijack();
  const { connection: _own, 'transfer-encoding': _framing, ...headers } = answer.headers;
  reply.raw.writeHead(answer.statusCode ?? 502, headers);
  reply.raw.flushHeaders();
  await pipeline(answer, reply.raw).catch(() => reply.raw.destroy());
  return true;
}

function asked(url: URL, { headers: { authorization, accept } }: FastifyRequest, gone: AbortSignal): Promise<IncomingMessage> {
  const headers = { ...(authorization !== undefined && { authorization }), ...(accept !== undefined && { accept }), [OUTPUT_HEADER.handedOn]: 'true' };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? getByTls : get)(url, { headers, agent: false, signal: gone }, (answer) => {
      request.setTimeout(0);
      resolve(answer);
    });
    request.setTimeout(BEGINS_WITHIN_MS, () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}
