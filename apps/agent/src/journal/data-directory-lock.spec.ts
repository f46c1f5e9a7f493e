import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDirectory } from './data-directory-lock.js';
import { DataDirectoryCopiedError, DataDirectoryInUseError } from './journal.errors.js';

let directory: string;
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'kiroku-lock-')); });
afterEach(() => rmSync(directory, { recursive: true }));

const locks = (): string[] => readdirSync(directory).filter((name) => /^lock\.([0-9]+|new.*)$/.test(name));

it('lets one in, and the next after it was released', () => {
  const release = lockDataDirectory(directory);
  expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
  expect(() => lockDataDirectory(directory)).toThrow(`process ${process.pid}`);
  release();
  lockDataDirectory(directory)();
  expect(locks()).toEqual(['lock.2']);
});

it('is free when its owner was killed, whatever the pid file says', async () => {
  lockDataDirectory(directory)();
  // Another process takes over the FIFO as its owner does: it holds it open for writing.
  const owner = spawn('/bin/sh', ['-c', 'exec 9<>"$0"; echo ready; read -r forever', join(directory, 'lock.1')], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => owner.stdout.once('data', resolve));
  expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
  const ended = new Promise((resolve) => owner.once('exit', resolve));
  owner.kill('SIGKILL');
  await ended;
  // Its pid lives (it is ours); that says nothing.
  writeFileSync(join(directory, 'lock.owner'), `process ${process.pid}`);
  lockDataDirectory(directory)();
});

it('leaves nothing behind where it is refused', () => {
  const release = lockDataDirectory(directory);
  for (let attempt = 0; attempt < 5; attempt++) expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
  expect(locks()).toEqual(['lock.1']);
  release();
});

it('takes no more of the disk from the second time on, and names nobody once it is released', () => {
  const sizes = [1, 2].map(() => {
    const release = lockDataDirectory(directory);
    const held = statSync(join(directory, 'lock.owner'));
    release();
    return [held.ino, held.size, statSync(join(directory, 'lock.owner')).size];
  });
  expect(sizes[1]).toEqual(sizes[0]);
  expect(sizes[0]?.slice(1)).toEqual([128, 128]);
  expect(readFileSync(join(directory, 'lock.owner'), 'utf8').trim()).toBe('');
});

it('lets nobody into a copy while the owner of the original lives on this host', () => {
  const copy = mkdtempSync(join(tmpdir(), 'kiroku-lock-'));
  const release = lockDataDirectory(directory);
  copyFileSync(join(directory, 'lock.owner'), join(copy, 'lock.owner'));
  const owner = readFileSync(join(copy, 'lock.owner'), 'utf8');
  expect(() => lockDataDirectory(copy)).toThrow(DataDirectoryCopiedError);
  expect(() => lockDataDirectory(copy)).toThrow(`process ${process.pid}`);
  for (const other of [owner.replace(/ [0-9]+\n *$/, ' 1\n'), owner.replace(/\n\S+ /, '\nanother-boot ')]) {
    writeFileSync(join(copy, 'lock.owner'), other);
    lockDataDirectory(copy)();
  }
  release();
  rmSync(copy, { recursive: true });
});
