// Bytes to a port, and nobody cares what comes back.
import { once } from 'node:events';
import { connect } from 'node:net';

const PATIENCE_MS = 1_000;

/** Resolves when something came back, the other side hung up, or nothing happened for a while. */
export async function shout(port, bytes) {
  const socket = connect(port, '127.0.0.1');
  const over = new AbortController();
  const either = (name) => once(socket, name, { signal: over.signal }).catch(() => undefined);
  socket.on('error', () => over.abort());
  socket.setTimeout(PATIENCE_MS, () => over.abort());
  socket.write(bytes);
  await Promise.race([either('data'), either('close')]);
  over.abort();
  socket.destroy();
}
