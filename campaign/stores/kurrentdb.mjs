// One KurrentDB for the whole campaign, a log of its own a round. Its nodes are started by somebody else.
import { randomBytes } from 'node:crypto';

const ONE_HOST = /^(kurrentdb|esdb):\/\/((?:[^@/?]*@)?)([^@:/?,]+)(:[0-9]+)?\/?(\?.*)?$/;
const DEFAULT_PORT = 2113;

export class KurrentDbLogs {
  constructor(url) {
    this.url = url;
  }

  newLog() {
    return new KurrentDbLog(this.url, `campaign_${randomBytes(6).toString('hex')}`);
  }

  async close() {}
}

class KurrentDbLog {
  constructor(url, name) {
    const [, scheme, who, host, port = `:${DEFAULT_PORT}`, query = '?'] = ONE_HOST.exec(url);
    const options = new URLSearchParams(query);
    options.set('log', name);
    Object.assign(this, { scheme, who, host, port: Number(port.slice(1)), options });
  }

  lieIn() {}

  argsFor(port) {
    return ['--store', `${this.scheme}://${this.who}127.0.0.1:${port}?${this.options}`];
  }

  /** It stays in the database, under its name. */
  async keepIn() {}

  async drop() {}
}

/** A server is led through a proxy of ours, which a certificate would not know, and nodes of a cluster would be found past it. */
export function refuseKurrentDb(url) {
  if (url === undefined) return '--store kurrentdb needs KURRENTDB_URL, the address of a database that is there';
  const [whole, , , host, , query] = ONE_HOST.exec(url) ?? [];
  if (whole === undefined || new URLSearchParams(query).get('tls') !== 'false') return 'KURRENTDB_URL has to be one node without TLS here: kurrentdb://HOST:PORT?tls=false';
  return ['127.0.0.1', 'localhost'].includes(host) ? undefined : 'KURRENTDB_URL has to be on this host: a proxy stands before it';
}
