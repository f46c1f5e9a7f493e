import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportAnswer, welcome } from '#protocol/agent-link';
import { refusal } from '../../test-support/fake-server.js';
import { RefusedError, ServerClient } from './server-client.js';

let server: Server;
let client: ServerClient;
let answer: (response: ServerResponse) => void;
let asked: { authorization: string | undefined; text: string }[];
const signal = new AbortController().signal;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => { text += String(chunk); }).on('end', () => {
      asked.push({ authorization: request.headers.authorization, text });
      answer(response);
    });
    response.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new ServerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => 'credential', 200);
});

afterEach(async () => {
  await client.close();
  server.close();
  server.closeAllConnections();
});

const says = (status: number, body: unknown, type = 'application/json') => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body));
const post = (token?: string) => client.post('/x', { a: 1 }, welcome, signal, token);

describe('a request', () => {
  it('carries JSON and the agent\'s credential, and gives what was answered', async () => {
    answer = says(201, { session: 4, server: 's1', more: 'ignored' });
    expect(await post()).toEqual({ session: 4, server: 's1' });
    expect(asked).toEqual([{ authorization: 'Bearer credential', text: '{"a":1}' }]);
  });

  it('carries another token where one is named', async () => {
    answer = says(201, { session: 4, server: 's1' });
    await post('enrolment');
    expect(asked).toMatchObject([{ authorization: 'Bearer enrolment' }]);
  });
});

describe('a refusal', () => {
  it('is the problem document that the server sent', async () => {
    answer = says(409, refusal(409, 'session-over').body, 'application/problem+json');
    const refused = post();
    await expect(refused).rejects.toBeInstanceOf(RefusedError);
    await expect(refused).rejects.toMatchObject({ status: 409, code: 'session-over', message: 'refused as session-over' });
  });

  it.each<[string, number, unknown]>([
    ['HTML of a proxy', 502, '<html><body>Bad Gateway</body></html>'],
    ['nothing', 503, ''],
    ['null', 500, 'null'],
    ['a list', 500, [1, 2]],
    ['JSON that is no problem document', 400, { error: 'no' }],
    ['a code that is no text', 400, { type: 'about:blank', title: 'x', status: 400, detail: 'x', code: { a: 1 } }],
  ])('without one is told by its status: %s', async (_what, status, body) => {
    answer = says(status, body);
    await expect(post()).rejects.toMatchObject({ name: 'RefusedError', status, code: 'unknown', message: `HTTP ${status}` });
  });

  it('is a redirect as well: nobody follows one with a credential in his hand', async () => {
    answer = (response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    await expect(post()).rejects.toMatchObject({ name: 'RefusedError', status: 307 });
    expect(asked).toHaveLength(1);
  });
});

describe('an answer that is not as agreed is an error, never a guess', () => {
  it.each<[string, unknown]>([
    ['HTML', '<html>welcome</html>'],
    ['nothing', ''],
    ['another shape', { session: 'four', server: 's1' }],
    ['null', 'null'],
    ['half of it', '{"session":4,"ser'],
  ])('%s', async (_what, body) => {
    answer = says(200, body);
    await expect(post()).rejects.toThrow('answered /x with something else');
    await expect(post()).rejects.not.toBeInstanceOf(RefusedError);
  });

  it('acknowledgements without a receipt', async () => {
    answer = says(200, { acknowledged: [{ executionId: 'run~job~1', sequence: 3 }] });
    await expect(client.post('/x', {}, reportAnswer, signal)).rejects.toThrow('something else');
  });

  it('a body that breaks off before its announced end', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"session":4');
      response.destroy();
    };
    await expect(post()).rejects.toThrow();
  });

  it('a body without an end is given up at 8 MiB', async () => {
    client = new ServerClient(client.url, () => undefined, 60_000);
    let sent = 0;
    answer = (response) => {
      const more = () => {
        while (!response.destroyed) {
          sent += 64 * 1024;
          if (!response.write(' '.repeat(64 * 1024))) return;
        }
      };
      response.on('drain', more).writeHead(200);
      more();
    };
    await expect(post()).rejects.toThrow('more than 8388608 bytes');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('a body that drips for ever is given up in time', async () => {
    let drip: NodeJS.Timeout | undefined;
    answer = (response) => {
      response.writeHead(200);
      drip = setInterval(() => void response.write(' '), 5);
    };
    await expect(post()).rejects.toThrow('not complete after 200 ms');
    clearInterval(drip);
  });
});

describe('a server that is away', () => {
  it('is an error of the network, no refusal', async () => {
    const away = new ServerClient('http://127.0.0.1:1', () => undefined);
    const trying = away.post('/x', {}, welcome, signal);
    await expect(trying).rejects.toThrow('ECONNREFUSED');
    await expect(trying).rejects.not.toBeInstanceOf(RefusedError);
    await away.close();
  });

  it('keeps nobody waiting who has been told to stop', async () => {
    answer = () => undefined;
    const stop = new AbortController();
    const asking = client.post('/x', {}, welcome, stop.signal);
    await once(server, 'request');
    stop.abort();
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a stream', () => {
  it('gives the bytes as they come', async () => {
    answer = (response) => {
      response.writeHead(200).write('one');
      response.end();
    };
    const chunks: string[] = [];
    for await (const chunk of await client.stream('/s', signal)) chunks.push(String(Buffer.from(chunk)));
    expect(chunks.join('')).toBe('one');
    expect(asked).toMatchObject([{ authorization: 'Bearer credential' }]);
  });

  it('that is refused is a refusal', async () => {
    answer = says(409, refusal(409, 'session-over').body);
    await expect(client.stream('/s', signal)).rejects.toMatchObject({ status: 409, code: 'session-over' });
  });
});
