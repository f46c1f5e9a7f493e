/** One database that a URL names: `postgres://` may name several hosts, of which one takes writes. */
export interface PostgresTarget {
  /** With everything in it, also the password: for the driver alone. */
  readonly url: string;
  /** `HOST:PORT/DATABASE`: what people and logs are told. */
  readonly told: string;
}

export interface PostgresAddress {
  readonly targets: readonly PostgresTarget[];
  /** The schema inside the database that holds this log: `?schema=…`, else `kiroku`. */
  readonly schema: string;
}

const WHOLE = /^(postgres(?:ql)?:\/\/)((?:.*@)?)([^/?#@]*)(.*)$/s;
const SCHEMA = /^[a-z_][a-z0-9_]{0,40}$/;

/**
 * Takes a URL apart, with one host or several (`postgres://a:5432,b:5432/kiroku`).
 *
 * @throws Error that says what is wrong, and never the URL, which may hold a password
 */
export function postgresAddress(text: string): PostgresAddress {
  const [, scheme, who, hosts, rest] = WHOLE.exec(text) ?? [];
  if (scheme === undefined || who === undefined || hosts === undefined || rest === undefined) throw new Error('a store in PostgreSQL is postgres://USER@HOST/DATABASE');
  const targets = hosts.split(',').map((host) => targetOf(`${scheme}${who}${host}${rest}`, host));
  const schema = parsed(`${scheme}${who}${hosts.split(',')[0]}${rest}`).searchParams.get('schema') ?? 'kiroku';
  if (!SCHEMA.test(schema)) throw new Error(`"${schema}" is no name for a schema here: a small letter or _, then small letters, digits and _`);
  return { targets, schema };
}

function targetOf(url: string, host: string): PostgresTarget {
  const { pathname, searchParams } = parsed(url);
  return { url, told: `${host || searchParams.get('host') || 'localhost'}${pathname}` };
}

function parsed(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // The error of `new URL` carries what it was given.
    throw new Error('the URL of the store cannot be read: a special character in a user name or password is written as %XX');
  }
}
