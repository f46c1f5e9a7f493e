import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import type { OutputRefusal } from '#protocol/outputs';
import { problem } from '#protocol/problem';
import { upload } from './upload.js';

/** The server answered, and it was a refusal. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly status: number, readonly code: string, detail: string) {
    super(detail);
  }
}

/** A server that says nothing for this long, in milliseconds, is as good as away. Above the outliers of any store. */
const ANSWER_TIMEOUT_MS = 20_000;

/** An answer has to be complete after this long, in milliseconds: one that drips would keep the agent from every other server. */
const WHOLE_ANSWER_TIMEOUT_MS = 60_000;

/** An answer larger than this is none of ours, in bytes. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** HTTP to one server. Every answer is validated; what is not as agreed is an error, never a guess. */
export class ServerClient {
  private readonly pool: Pool;

  constructor(readonly url: string, private readonly credential: () => string | undefined, private readonly wholeAnswerMs = WHOLE_ANSWER_TIMEOUT_MS) {
    this.pool = new Pool(new URL(url).origin, { connections: 4, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS, connectTimeout: 5_000 });
  }

  /** @throws RefusedError, or what the network threw */
  async post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema, signal: AbortSignal, token = this.credential()): Promise<z.output<Schema>> {
    const answer = await this.request({ path, method: 'POST', body: JSON.stringify(body), signal, headers: { 'content-type': 'application/json', ...authorization(token) } });
    const parsed = schema.safeParse(jsonIn(await this.textOf(answer.body)));
    if (!parsed.success) throw new Error(`${this.url} answered ${path} with something else: ${parsed.error.issues[0]?.message ?? ''}`);
    return parsed.data;
  }

  /** The body of a stream that goes on; silence on it is watched by the caller. */
  async stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.request({ path, method: 'GET', signal, bodyTimeout: 0, headers: { accept: 'text/event-stream', ...authorization(this.credential()) } });
    return body;
  }

  /**
   * Sends an output, on a connection of its own: one that nobody takes must not hold up a report. It may take days; the session tells when the
   * server is away.
   *
   * @throws RefusedError, or what the network or the source threw
   */
  async sendOutput(path: string, bytes: AsyncIterable<Uint8Array>, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
    const { status, text } = await upload(new URL(path, this.url), { ...headers, ...authorization(this.credential()) }, bytes, signal);
    if (status >= 300) throw refusalOf(status, text);
  }

  /** Says why an output does not come. */
  async refuseOutput(path: string, refusal: OutputRefusal, signal: AbortSignal): Promise<void> {
    await this.post(path, refusal, z.unknown(), signal);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    const answer = await this.pool.request(options);
    if (answer.statusCode < 300) return answer;
    throw refusalOf(answer.statusCode, await this.textOf(answer.body));
  }

  /** Silence ends it by the pool's own time-out, and a drip by this one. */
  private async textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
    const begun = performance.now();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
      if (performance.now() - begun > this.wholeAnswerMs) throw new Error(`an answer that is not complete after ${this.wholeAnswerMs} ms`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

function refusalOf(statusCode: number, text: string): RefusedError {
  const { success, data } = problem.safeParse(jsonIn(text));
  return success ? new RefusedError(statusCode, data.code, data.detail) : new RefusedError(statusCode, 'unknown', `HTTP ${statusCode}`);
}

/** Undefined, which no schema accepts, when it is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
