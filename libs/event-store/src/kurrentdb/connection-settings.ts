import { readFileSync } from 'node:fs';
import { InvalidStoreUrlError } from './kurrentdb.errors.js';

/** What a URL of ours says, in the words that the client takes right. */
export interface ConnectionSettings {
  /** May hold a password: never in a message. */
  readonly clientUrl: string;
  /**
   * For each of several nodes one URL that asks that node alone who leads. A client asks them one after the other, in any order, and waits five seconds for
   * each: with a frozen one among them it may take longer than anybody waits for an answer.
   */
  readonly seedUrls: readonly string[];
  /** What the names of all our streams begin with. */
  readonly prefix: string;
  /** For people: hosts and log, nothing else. */
  readonly shown: string;
}

const SCHEME = /^(kurrentdb|esdb)(\+discover)?:\/\//;
const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/;
const LOG_NAME = /^[A-Za-z0-9_]{1,64}$/;

/**
 * The options of the client, in its spelling; it prints a URL with one that it does not know, password included. `gossipTimeout` is not among them: one half
 * of the client takes it for seconds, and the other, which reads, for milliseconds.
 */
const CLIENT_OPTIONS = [
  'tls', 'tlsVerifyCert', 'tlsCAFile', 'userCertFile', 'userKeyFile', 'connectionName', 'nodePreference', 'maxDiscoverAttempts', 'discoveryInterval',
  'keepAliveInterval', 'keepAliveTimeout',
];
const OUR_OPTIONS = ['log', 'credentialsFile'];

/**
 * Reads `kurrentdb://[USER:PASSWORD@]HOST[:PORT][,HOST...][?OPTION=VALUE&...]`. Beside the client's options there are ours: `log=NAME`, so that
 * several logs of Kiroku fit in one database (`kiroku`), and `credentialsFile=FILE`, whose one line is `USER:PASSWORD`.
 *
 * What users write is turned into what works: several hosts are asked for their leader (`+discover` with several would use the first one only), and
 * `esdb:` becomes `kurrentdb:` (the client prints a warning otherwise).
 *
 * @throws InvalidStoreUrlError, which names what is wrong and never a value: that may be a password
 */
export function connectionSettings(url: string): ConnectionSettings {
  const [start, , discover] = SCHEME.exec(url.trim()) ?? [];
  if (start === undefined) throw new InvalidStoreUrlError('it does not begin with kurrentdb:// or esdb://');
  const [address = '', query = ''] = split(url.trim().slice(start.length), '?');
  const at = address.lastIndexOf('@');
  const options = optionsIn(query);
  const hosts = hostsIn(address.slice(at + 1));
  const credentials = credentialsOf(at < 0 ? undefined : address.slice(0, at), options.get('credentialsFile'));
  const log = options.get('log') ?? 'kiroku';
  if (!LOG_NAME.test(log)) throw new InvalidStoreUrlError('log= takes 1 to 64 letters, digits and underscores');
  const scheme = discover !== undefined && hosts.length === 1 ? 'kurrentdb+discover' : 'kurrentdb';
  const urlOf = (nodes: readonly string[]): string => `${scheme}://${credentials}${nodes.join(',')}${clientQuery(options, hosts.length > 1 || discover !== undefined)}`;
  return {
    clientUrl: urlOf(hosts),
    // Twice: a single one would not be asked for the leader, but taken for it.
    seedUrls: hosts.length > 1 ? hosts.map((host) => urlOf([host, host])) : [],
    prefix: `${log}.`,
    shown: `${hosts.join(',')} (log ${log})`,
  };
}

function split(text: string, mark: string): [string, string] {
  const index = text.indexOf(mark);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function hostsIn(text: string): string[] {
  const hosts = text.replace(/\/+$/, '').split(',');
  if (hosts.some((host) => !HOST.test(host))) throw new InvalidStoreUrlError('its hosts are not HOST[:PORT],HOST[:PORT],...');
  return hosts;
}

function optionsIn(query: string): Map<string, string> {
  const known = new Map([...CLIENT_OPTIONS, ...OUR_OPTIONS].map((name) => [name.toLowerCase(), name]));
  const options = new Map<string, string>();
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [written, value] = split(pair, '=');
    const name = known.get(written.toLowerCase());
    if (name === undefined) throw new InvalidStoreUrlError(`it has an option that does not exist; there are ${[...OUR_OPTIONS, ...CLIENT_OPTIONS].join(', ')}`);
    options.set(name, decoded(value, `the value of ${name}`));
  }
  return options;
}

function credentialsOf(inUrl: string | undefined, file: string | undefined): string {
  if (inUrl !== undefined && file !== undefined) throw new InvalidStoreUrlError('it has both a user and a credentialsFile');
  const text = file === undefined ? inUrl : firstLineOf(file);
  if (text === undefined) return '';
  const [user, password] = split(text, ':');
  if (user === '' || password === '') throw new InvalidStoreUrlError('its credentials are not USER:PASSWORD');
  const plain = (part: string): string => (file === undefined ? decoded(part, 'the credentials') : part);
  return `${encodeURIComponent(plain(user))}:${encodeURIComponent(plain(password))}@`;
}

function firstLineOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? '';
  } catch (error) {
    throw new InvalidStoreUrlError(`its credentialsFile cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`);
  }
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidStoreUrlError(`${what}: its % signs are not followed by two hexadecimal digits`);
  }
}

function clientQuery(options: ReadonlyMap<string, string>, isCluster: boolean): string {
  const pairs = [...options].filter(([name]) => !OUR_OPTIONS.includes(name));
  if (isCluster && !options.has('nodePreference')) pairs.push(['nodePreference', 'leader']);
  // Paths stay legible: one of the client's two halves takes them as they are.
  const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2F/g, '/').replace(/%3A/g, ':')}`).join('&');
  return text === '' ? '' : `?${text}`;
}
