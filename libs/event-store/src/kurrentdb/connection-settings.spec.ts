import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionSettings } from './connection-settings.js';
import { InvalidStoreUrlError } from './kurrentdb.errors.js';
import { openKurrentDbEventStore } from './open-kurrentdb-event-store.js';

describe('the URL of a log in KurrentDB', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kiroku-url-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const credentials = (text: string): string => {
    writeFileSync(join(directory, 'credentials'), text);
    return join(directory, 'credentials');
  };

  it.each([
    ['one node', 'kurrentdb://h:2113?tls=false', 'kurrentdb://h:2113?tls=false'],
    ['the old name', 'esdb://h:2113/?tls=false', 'kurrentdb://h:2113?tls=false'],
    ['several nodes, whose leader is wanted', 'kurrentdb://a,b:2114,c', 'kurrentdb://a,b:2114,c?nodePreference=leader'],
    ['several nodes to discover, of which the client would ask the first only', 'esdb+discover://a,b?tls=true', 'kurrentdb://a,b?tls=true&nodePreference=leader'],
    ['one name to discover', 'kurrentdb+discover://cluster.example', 'kurrentdb+discover://cluster.example?nodePreference=leader'],
    ['a preference of their own', 'kurrentdb://a,b?NodePreference=follower', 'kurrentdb://a,b?nodePreference=follower'],
    ['files of certificates', 'kurrentdb://h?tlsCAFile=/etc/ca 1.crt&userCertFile=c%2Fd', 'kurrentdb://h?tlsCAFile=/etc/ca%201.crt&userCertFile=c/d'],
    ['a user', 'kurrentdb://ann:g%40h:i@h', 'kurrentdb://ann:g%40h%3Ai@h'],
  ])('is turned into what the client takes right: %s', (_, url, clientUrl) => {
    expect(connectionSettings(url).clientUrl).toBe(clientUrl);
  });

  it('takes the user from a file as it stands there', () => {
    const { clientUrl, shown } = connectionSettings(`kurrentdb://h?credentialsFile=${credentials('ann:g@h%:i\n')}`);
    expect(clientUrl).toBe('kurrentdb://ann:g%40h%25%3Ai@h');
    expect(shown).toBe('h (log kiroku)');
  });

  it('has a URL for each of several nodes that asks it alone for the leader', () => {
    expect(connectionSettings('kurrentdb://ann:x@a,b:2114?tls=false').seedUrls).toEqual([
      'kurrentdb://ann:x@a,a?tls=false&nodePreference=leader', 'kurrentdb://ann:x@b:2114,b:2114?tls=false&nodePreference=leader',
    ]);
    expect(connectionSettings('kurrentdb://a').seedUrls).toEqual([]);
  });

  it('names the log, so that several fit in one database', () => {
    expect(connectionSettings('kurrentdb://h?log=night_2')).toMatchObject({ prefix: 'night_2.', clientUrl: 'kurrentdb://h' });
    expect(connectionSettings('kurrentdb://h').prefix).toBe('kiroku.');
  });

  it.each([
    'kurrentdb:h', 'http://ann:geheim@h', 'kurrentdb://', 'kurrentdb://ann:geheim@', 'kurrentdb://ann:geheim@h,,i', 'kurrentdb://geheim@h', 'kurrentdb://ann:@geheim',
    'kurrentdb://ann:geheim@h?log=a.b', 'kurrentdb://ann:geheim@h?log=', 'kurrentdb://ann:geheim@h?geheim=1', 'kurrentdb://ann:geheim%@h', 'kurrentdb://h?tlsCAFile=geheim%',
    'kurrentdb://ann:geheim@h?credentialsFile=geheim', 'kurrentdb://h?credentialsFile=/nowhere/geheim', 'kurrentdb://ann:geheim/x@h/y',
  ])('is refused in words that hold nothing secret: %s', (url) => {
    const refusal = ((): unknown => {
      try {
        return connectionSettings(url);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(InvalidStoreUrlError);
    expect(`${(refusal as Error).message} ${JSON.stringify(refusal)}`).not.toContain('geheim');
    expect((refusal as Error).cause).toBeUndefined();
  });

  it.each(['tls=perhaps', 'keepAliveInterval=x', 'tlsCAFile=/nowhere/ca.crt', 'userKeyFile=/nowhere/key'])('is refused at the opening without its password where the client refuses it: %s', async (option) => {
    const refusal = await openKurrentDbEventStore({ url: `kurrentdb://ann:geheim@h?${option}` }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidStoreUrlError);
    expect(JSON.stringify({ ...(refusal as Error), message: (refusal as Error).message, cause: (refusal as Error).cause })).not.toContain('geheim');
  });
});
