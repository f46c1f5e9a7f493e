import { eventsIn } from './server-sent-events.mjs';

/**
 * Calls back with the id of each run that finished after a position, from the server's live stream, of which it asks for `RunFinished`
 * alone: one line a flow.
 */
export async function watchCompletions(api, after, onFinished, onTrouble) {
  const body = await api.stream(`/api/v1/stream?type=RunFinished&after=${after}`);
  listen(body, onFinished).catch(onTrouble);
}

async function listen(body, onFinished) {
  for await (const { stream, data } of eventsIn(body)) {
    // A flow that failed is not a fast one.
    if (data.status !== 'succeeded') throw new Error(`${stream} ended ${data.status}: figures of failures mean nothing`);
    onFinished(stream.slice('run-'.length));
  }
  throw new Error('the server ended its stream of events');
}
