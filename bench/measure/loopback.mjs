import { Pool } from 'undici';
import { startChild } from '../load/child.mjs';
import { spreadOf } from './statistics.mjs';

const BODY = JSON.stringify({ reports: 'x'.repeat(400) });

/** A small POST to another process that does nothing but answer, one at a time, in milliseconds: what Node's HTTP costs when all is idle. */
export async function loopbackTimes(count) {
  const server = startChild(new URL('echo-server.mjs', import.meta.url));
  const { port } = await server.ask({});
  const http = new Pool(`http://127.0.0.1:${port}`, { connections: 1 });
  const taken = [];
  // The first hundred warm the compiler up.
  for (let index = -100; index < count; index += 1) {
    const begun = performance.now();
    const { body } = await http.request({ path: '/', method: 'POST', body: BODY, headers: { 'content-type': 'application/json' } });
    await body.text();
    if (index >= 0) taken.push(performance.now() - begun);
  }
  await http.destroy();
  await server.end();
  return spreadOf(taken);
}
