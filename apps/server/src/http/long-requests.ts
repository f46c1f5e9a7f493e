import type { Socket } from 'node:net';

/** Connections on which a request may take as long as it likes to come in: its sender is known, and somebody reads what it sends. */
export const longRequests = new WeakSet<Socket>();
