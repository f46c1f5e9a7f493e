import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Credential } from './credential.js';

let directory: string;
const file = () => join(directory, 'credential');
const mode = () => (statSync(file()).mode & 0o777).toString(8);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kiroku-credential-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a credential', () => {
  it('is none before the first enrolment', () => {
    expect(new Credential(directory).value).toBeUndefined();
  });

  it('is there at once, and for the next agent process', async () => {
    const credential = new Credential(directory);
    await credential.keep('secret-1');
    expect(credential.value).toBe('secret-1');
    expect(new Credential(directory).value).toBe('secret-1');
  });

  it('is readable by nobody else, whatever the umask', async () => {
    const before = process.umask(0);
    await new Credential(directory).keep('secret-1');
    process.umask(before);
    expect(mode()).toBe('600');
  });

  it('that others could read is closed to them at the next start', () => {
    writeFileSync(file(), 'secret-1\n');
    chmodSync(file(), 0o644);
    expect(new Credential(directory).value).toBe('secret-1');
    expect(mode()).toBe('600');
  });

  it('gives way to a newer one, and leaves nothing else behind', async () => {
    const credential = new Credential(directory);
    await credential.keep('secret-1');
    await credential.keep('secret-2');
    expect(readFileSync(file(), 'utf8')).toBe('secret-2\n');
    expect(readdirSync(directory)).toEqual(['credential']);
  });

  it('that cannot be stored does not count', async () => {
    const credential = new Credential(directory);
    await credential.keep('secret-1');
    rmSync(file());
    rmSync(directory, { recursive: true });
    await expect(credential.keep('secret-2')).rejects.toThrow('ENOENT');
    expect(credential.value).toBe('secret-1');
    directory = mkdtempSync(join(tmpdir(), 'kiroku-credential-'));
  });

  it('is none when its file is empty: a crash of the disk is no reason to stay away', () => {
    writeFileSync(file(), '\n');
    expect(new Credential(directory).value).toBeUndefined();
  });
});
