import { Unreachable } from './cli-failure.js';

const NOBODY_THERE: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
};

const BROKE_OFF: Record<string, string> = {
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
};

/** Puts what `fetch` threw into words, and tells what cannot have reached a server from what perhaps has. */
export function unreachable(url: string, error: unknown): Unreachable {
  const code = codeOf(error);
  const nobody = NOBODY_THERE[code];
  if (nobody !== undefined) return new Unreachable(`cannot reach the server at ${url}: ${nobody}`, 'no');
  const why = isTimeout(error) ? 'no answer in time' : (BROKE_OFF[code] ?? lastMessage(error));
  return new Unreachable(`cannot reach the server at ${url}: ${why}`, 'perhaps');
}

interface Thrown {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  cause?: unknown;
  errors?: unknown[];
}

function isTimeout(error: unknown): boolean {
  return asThrown(error).name === 'TimeoutError';
}

/** `fetch` wraps what happened once or twice, and a host with two addresses gives an AggregateError. */
function codeOf(error: unknown): string {
  const { code, cause, errors } = asThrown(error);
  if (typeof code === 'string') return code;
  const inner = cause ?? errors?.[0];
  return inner === undefined ? '' : codeOf(inner);
}

function lastMessage(error: unknown): string {
  const { message, cause } = asThrown(error);
  return cause === undefined ? String(message ?? error) : lastMessage(cause);
}

/** By shape: an error of another realm is no `instanceof Error`. */
function asThrown(error: unknown): Thrown {
  return typeof error === 'object' && error !== null ? error : {};
}
