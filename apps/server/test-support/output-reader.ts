import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { ServerUnderTest } from './server-under-test.js';

/** An operator who reads bytes at a pace of the test's own. */
export class OutputReader {
  private constructor(readonly answer: IncomingMessage, private readonly request: ClientRequest) {
    answer.on('error', () => undefined);
  }

  /** Resolves with the first byte of the answer's head; nothing of the body is read yet. */
  static async begin(server: ServerUnderTest, path: string): Promise<OutputReader> {
    const url = await server.listen();
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.tokenIn('operator.token')}`, accept: 'application/octet-stream' };
      const request = get(`${url}${path}`, { headers, agent: false }, (answer) => resolve(new OutputReader(answer, request)));
      request.on('error', reject);
    });
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  header(name: string): string | undefined {
    return this.answer.headers[name] as string | undefined;
  }

  /** All that comes; `cut` when it came to no proper end. */
  async rest(): Promise<Buffer | 'cut'> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of this.answer) chunks.push(chunk as Buffer);
    } catch {
      return 'cut';
    }
    return Buffer.concat(chunks);
  }

  leave(): void {
    this.request.destroy();
  }
}
