import { type Dispatcher, Pool } from 'undici';
import type { z } from 'zod';
import type { Problem } from '#protocol/problem';

/** The server answered, and it was a refusal. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly status: number, readonly code: string, detail: string) {
    super(detail);
  }
}

/** A server that says nothing for this long, in milliseconds, is as good as away. Above the outliers of any store. */
const ANSWER_TIMEOUT_MS = 20_000;

/** An answer larger than this is none of ours, in bytes. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** HTTP to one server. Every answer is validated; what is not as agreed is an error, never a guess. */
export class ServerClient {
  private readonly pool: Pool;

  constructor(readonly url: string, private readonly credential: () => string | undefined) {
    this.pool = new Pool(new URL(url).origin, { connections: 4, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS, connectTimeout: 5_000 });
  }

  /** @throws RefusedError, or what the network threw */
  async post<Schema extends z.ZodType>(path: string, body: unknown, schema: Schema, signal: AbortSignal, token = this.credential()): Promise<z.output<Schema>> {
    const answer = await this.request({ path, method: 'POST', body: JSON.stringify(body), signal, headers: { 'content-type': 'application/json', ...authorization(token) } });
    const parsed = schema.safeParse(JSON.parse(await textOf(answer.body)));
    if (!parsed.success) throw new Error(`${this.url} answered ${path} with something else: ${parsed.error.issues[0]?.message ?? ''}`);
    return parsed.data;
  }

  /** The body of a stream that goes on; silence on it is watched by the caller. */
  async stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.request({ path, method: 'GET', signal, bodyTimeout: 0, headers: { accept: 'text/event-stream', ...authorization(this.credential()) } });
    return body;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    const answer = await this.pool.request(options);
    if (answer.statusCode < 300) return answer;
    throw await refusalOf(answer);
  }
}

async function refusalOf({ statusCode, body }: Dispatcher.ResponseData): Promise<RefusedError> {
  const text = await textOf(body);
  try {
    const { code, detail } = JSON.parse(text) as Problem;
    return new RefusedError(statusCode, String(code), String(detail));
  } catch {
    return new RefusedError(statusCode, 'unknown', `HTTP ${statusCode}`);
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
