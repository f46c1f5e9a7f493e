import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess } from '../testing/in-process.js';
import { connectionOf, serverUrl } from './settings.js';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kiroku-settings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function token(data: string, text: string): void {
  mkdirSync(join(folder, data), { recursive: true });
  writeFileSync(join(folder, data, 'operator.token'), text);
}

function found(options: { token?: string; data?: string }, env: Record<string, string> = {}) {
  return connectionOf(options, inProcess({ env, cwd: join(folder, 'here'), checkout: join(folder, 'checkout') }));
}

describe('the server', () => {
  it.each([
    [undefined, {}, 'http://127.0.0.1:7420'],
    [undefined, { KIROKU_URL: '' }, 'http://127.0.0.1:7420'],
    [undefined, { KIROKU_URL: 'http://a:1' }, 'http://a:1'],
    ['https://b/kiroku/', { KIROKU_URL: 'http://a:1' }, 'https://b/kiroku'],
  ])('is found by --url %s and %j at %s', (url, env, expected) => {
    expect(connectionOf(url === undefined ? {} : { url }, inProcess({ env })).url).toBe(expected);
  });

  it.each(['', 'localhost:7420', 'ftp://a', 'http://', 'http://user:pass@a'])('cannot be "%s"', (url) => {
    expect(() => serverUrl(url)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('the token', () => {
  it('comes from the flag before the variable before the file', () => {
    token('here/.kiroku', 'filed\n');
    expect(found({ token: 'flag' }, { KIROKU_TOKEN: 'variable' }).token).toBe('flag');
    expect(found({}, { KIROKU_TOKEN: 'variable' }).token).toBe('variable');
    expect(found({}, { KIROKU_TOKEN: '' }).token).toBe('filed');
  });

  it('comes from the folder that was named, and from no other', () => {
    token('here/.kiroku', 'filed');
    token('here/d1', 'one');
    expect(found({ data: 'd1' }).token).toBe('one');
    expect(found({}, { KIROKU_DATA: join(folder, 'here/d1') }).token).toBe('one');
    expect(found({ data: 'd2' }).token).toBeUndefined();
  });

  it('comes from the checkout when there is none here', () => {
    token('checkout/.kiroku', 'of up');
    expect(() => found({})).toThrow('not one word of printable characters');
    token('checkout/.kiroku', 'of-up');
    expect(found({}).token).toBe('of-up');
    token('here/.kiroku', 'nearer');
    expect(found({}).token).toBe('nearer');
  });

  it('is missed with every place that was searched', () => {
    expect(found({}).searched).toContain(`${join(folder, 'here/.kiroku/operator.token')} or ${join(folder, 'checkout/.kiroku/operator.token')}`);
  });

  it('cannot smuggle a header', () => expect(() => found({ token: 'a\r\nx: y' })).toThrow('printable'));

  it('is one clear line when the file cannot be read', () => {
    mkdirSync(join(folder, 'here/d3/operator.token'), { recursive: true });
    expect(() => found({ data: 'd3' })).toThrow('cannot read the token file');
  });
});
