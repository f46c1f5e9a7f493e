import { WrongUsage } from '../client/cli-failure.js';

export const DEFAULT_LISTEN = '127.0.0.1:7420';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, with an IPv6 address in brackets; port 0 takes a free one. */
export function listenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new WrongUsage(`--listen takes HOST:PORT such as ${DEFAULT_LISTEN}, not "${text}"`);
  return { host: match[1] ?? match[2]!, port };
}

export function hostAndPort({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
