import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';

/**
 * Posts bytes as fast as they are taken, on a connection of its own. The head goes out at once, also when the first byte comes an hour later; undici
 * would wait for it. Resolves with the answer, which may come before the last byte; whatever breaks, on either side, breaks the connection.
 */
export async function upload(url: URL, headers: Record<string, string>, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const open = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = open(url, { method: 'POST', agent: false, signal, headers: { ...headers, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' } });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject).on('close', () => reject(new Error('the connection ended')));
  });
  request.flushHeaders();
  try {
    const response = await Promise.race([answer, pipeline(bytes, request).then(() => answer)]);
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } finally {
    answer.catch(() => undefined);
    request.destroy();
  }
}

/** More than a problem document has is none, in characters. */
const MAX_ANSWER_LENGTH = 64 * 1024;

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > MAX_ANSWER_LENGTH) break;
  }
  return text;
}
