import { setTimeout as pause } from 'node:timers/promises';
import { eventsIn } from './server-sent-events.mjs';

/** Between two questions where there is no stream to listen to. */
const PAUSE_MS = 20;

/**
 * Calls back with the id of each run that finished after a position. It listens to the server's stream of events, of which it asks
 * for `RunFinished` alone; from a server without one it asks for pages of them, which costs that server more.
 *
 * @returns which of the two it is
 */
export async function watchCompletions(api, after, onFinished, onTrouble) {
  const query = `type=RunFinished&after=${after}`;
  const body = await api.stream(`/api/v1/stream?${query}`);
  if (body === undefined) askAgain(api, after, onFinished).catch(onTrouble);
  else listen(body, onFinished).catch(onTrouble);
  return body === undefined ? 'pages' : 'stream';
}

async function listen(body, onFinished) {
  for await (const event of eventsIn(body)) if (event.type === 'RunFinished') onFinished(finished(event));
  throw new Error('the server ended its stream of events');
}

async function askAgain(api, after, onFinished) {
  for (let from = after; ;) {
    const body = await api.stream(`/api/v1/events?type=RunFinished&after=${from}`, { accept: 'application/x-ndjson' });
    const lines = (await body.text()).split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const event = JSON.parse(line);
      from = event.position;
      onFinished(finished(event));
    }
    await pause(PAUSE_MS);
  }
}

/** A flow that failed is not a fast one. */
function finished({ stream, data }) {
  if (data.status !== 'succeeded') throw new Error(`${stream} ended ${data.status}: figures of failures mean nothing`);
  return stream.slice('run-'.length);
}
