import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CliContext } from '../cli-context.js';
import { CliFailure, WrongUsage } from './cli-failure.js';
import { EXIT } from './exit-codes.js';

export const DEFAULT_URL = 'http://127.0.0.1:7420';

/** The flags of every command that talks to a server. */
export interface ConnectionOptions {
  url?: string;
  token?: string;
  data?: string;
  json?: boolean;
}

/** Where the server is and who we are; `searched` says where the token was looked for, newest wins first. */
export interface Connection {
  readonly url: string;
  readonly token?: string;
  readonly searched: string;
}

/** Flags win over `KIROKU_*` variables; an empty variable counts as unset. */
export function setting(flag: string | undefined, env: CliContext['env'], variable: string): string | undefined {
  return flag ?? (env[variable] || undefined);
}

export function connectionOf(options: ConnectionOptions, context: CliContext): Connection {
  return { url: serverUrl(setting(options.url, context.env, 'KIROKU_URL') ?? DEFAULT_URL), ...findToken(options, context) };
}

/** The base address without a slash at its end. A path in it is kept: a proxy may serve Kiroku below one. */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new WrongUsage(`"${text}" is not the address of a server: something like ${DEFAULT_URL} is`);
  if (url.username !== '' || url.password !== '') throw new WrongUsage('the address of the server must not carry a user or a password: use --token');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function findToken(options: ConnectionOptions, context: CliContext): { token?: string; searched: string } {
  if (options.token !== undefined) return { token: usableToken(options.token, '--token'), searched: 'the token came from --token' };
  const fromEnvironment = context.env['KIROKU_TOKEN'];
  if (fromEnvironment) {
    const source = context.sourceOf?.('KIROKU_TOKEN') ?? 'KIROKU_TOKEN';
    return { token: usableToken(fromEnvironment, source), searched: `the token came from ${source}` };
  }
  const files = tokenFolders(options, context).map((folder) => join(folder, 'operator.token'));
  const found = files.find((file) => existsSync(file));
  if (found === undefined) return { searched: `no token: neither --token nor KIROKU_TOKEN is given, and there is no ${files.join(' or ')}` };
  return { token: usableToken(readToken(found), found), searched: `the token came from ${found}` };
}

/** A folder that was named is the only one searched: the token of another server would be refused, or worse, accepted. */
function tokenFolders(options: ConnectionOptions, context: CliContext): string[] {
  const named = setting(options.data, context.env, 'KIROKU_DATA');
  if (named !== undefined) return [resolve(context.cwd, named)];
  return [...new Set([join(context.cwd, '.kiroku'), join(context.checkout, '.kiroku')])];
}

export function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CliFailure(`cannot read the token file: ${(error as Error).message}`, EXIT.refused);
  }
}

/** A token travels in a header: anything else than one printable word would break the request, or smuggle a header into it. */
function usableToken(token: string, source: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new CliFailure(`the token in ${source} is not one word of printable characters`, EXIT.refused);
  return token;
}
