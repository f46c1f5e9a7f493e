import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import { hostAndPort, type ListenAddress } from '../arguments/listen-address.js';
import { oneLine } from '../output/plain-text.js';
import { commandLineOf, linkTarget } from './process-identity.js';

/** @throws CliFailure that names the process which has the port, where the system tells. */
export async function requireFreePort(address: ListenAddress): Promise<void> {
  if (address.port === 0) return;
  const error = await tryListen(address);
  if (error === undefined) return;
  if (error.code !== 'EADDRINUSE') throw new CliFailure(`cannot serve ${hostAndPort(address)}: ${error.message}`, EXIT.refused);
  const pid = listenerOf(address.port);
  const owner = pid === undefined ? 'another process' : `pid ${pid} (${oneLine(commandLineOf(pid) ?? 'unknown').slice(0, 120)})`;
  throw new CliFailure(`${hostAndPort(address)} is in use by ${owner}: stop it, or choose another --listen`, EXIT.refused);
}

function tryListen({ host, port }: ListenAddress): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

/** Linux only: the socket's inode from /proc/net, then whose descriptor it is. Others' processes cannot be looked into. */
function listenerOf(port: number): number | undefined {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pids = entries('/proc').filter((name) => /^\d+$/.test(name));
  const owner = pids.find((pid) => entries(`/proc/${pid}/fd`).some((fd) => sockets.has(linkTarget(`/proc/${pid}/fd/${fd}`) ?? '')));
  return owner === undefined ? undefined : Number(owner);
}

/** Columns of /proc/net/tcp: 1 local address as HEX:PORT, 3 state (0A listens), 9 inode. */
function listeningInodes(file: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return textOf(file).split('\n').map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === '0A')
    .map((columns) => columns[9] ?? '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
