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

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** `fetch` wraps what happened once or twice, and a host with two addresses gives an AggregateError. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code, errors } = error as Error & { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  return codeOf(error.cause ?? errors?.[0]);
}

function lastMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : lastMessage(error.cause);
}
