// The small step before `npm start` and `npm test`: installs and builds, only what changed, one at a time.
// Plain Node without dependencies, because it runs before there are any.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, '.kiroku-build');
const lock = join(work, 'lock');

/** From Node-API 10 on SQLite comes compiled, and no package needs its script; libs/event-store/src/sqlite/library.ts chooses in the same way. */
const hasSqliteCompiled = Number(process.versions.napi) >= 10;
const sqlite = hasSqliteCompiled ? 'better-sqlite3' : 'better-sqlite3-for-node-20';

await main();

async function main() {
  requireNode(20, 19);
  mkdirSync(work, { recursive: true });
  if (!installMissing() && !buildMissing()) return;
  await takeLock();
  try {
    if (installMissing()) await install();
    if (buildMissing()) await build();
  } finally {
    rmSync(lock, { force: true });
  }
}

function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  say(`Kiroku needs Node ${major}.${minor} or later; this is ${process.version}`);
  process.exit(1);
}

/** Runs to its end. Ctrl-C goes to it as well, and the lock is kept until it is really gone. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.on('error', (error) => resolve({ code: 1, signal: error.message }));
    child.on('exit', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve({ code, signal });
    });
  });
}

/** True unless node_modules holds what package-lock.json names, built for this Node. */
function installMissing() {
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (installed === undefined) return true;
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const differs = Object.entries(wanted).some(([path, { version, optional }]) =>
    path !== '' && !optional && installed[path]?.version !== version);
  return differs || readText(join(work, 'abi')) !== process.versions.modules && !adoptAbi();
}

/** After somebody's own `npm ci` nothing says which Node it was for: loading the native module tells. */
function adoptAbi() {
  const probe = spawnSync(process.execPath, ['-e', `new (require('${sqlite}'))(':memory:')`], { cwd: root, stdio: 'ignore' });
  if (probe.status === 0) writeFileSync(join(work, 'abi'), process.versions.modules);
  return probe.status === 0;
}

async function install() {
  say(`installing the dependencies (once; ${hasSqliteCompiled ? 'half a minute' : 'one to two minutes, most of it the compilation of SQLite'}) ...`);
  const started = Date.now();
  const { code, signal } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(hasSqliteCompiled ? ['--ignore-scripts'] : [])]);
  if (code !== 0) fail(`npm ci ended with ${code ?? signal}`);
  writeFileSync(join(work, 'abi'), process.versions.modules);
  say(`installed in ${seconds(started)}`);
}

function buildMissing() {
  return readText(join(root, 'dist', '.sources')) !== sourcesHash();
}

async function build() {
  const started = Date.now();
  const hash = sourcesHash();
  const { compile } = await import('./compile.mjs');
  try {
    await compile();
  } catch (error) {
    fail(error.message);
  }
  writeFileSync(join(root, 'dist', '.sources'), hash);
  say(`built in ${seconds(started)}`);
}

/** A hash over everything that ends up in dist, packages by the lock file, by content: time stamps of a checkout say nothing. */
function sourcesHash() {
  const hash = createHash('sha256');
  const files = ['apps', 'libs'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)));
  const sources = files.filter((name) => /\.(ts|sh)$/.test(name) && !name.endsWith('.spec.ts')).sort();
  for (const name of [...sources, '.swcrc', 'package-lock.json', 'scripts/compile.mjs', 'scripts/bundle-packages.mjs']) {
    hash.update(name).update('\0').update(readFileSync(join(root, name))).update('\0');
  }
  hash.update(process.env.KIROKU_UNBUNDLED ?? '');
  return hash.digest('hex');
}

/** A lock file that is linked into place with its content, so that it is never seen without its owner's pid. */
async function takeLock() {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, identityOf(process.pid));
  const tidy = () => rmSync(own, { force: true });
  process.on('exit', tidy);
  let told = false;
  for (;;) {
    try {
      linkSync(own, lock);
      tidy();
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readText(lock);
    if (owner !== undefined && !isAlive(owner)) dropDeadLock(owner);
    else if (owner !== undefined && !told) {
      say(`waiting for the installation or build of process ${owner.split(' ')[0]} (lock: ${lock}) ...`);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Of several that find the owner dead the rename lets one win; one that was late and took a living lock puts it back. */
function dropDeadLock(deadOwner) {
  const grave = `${lock}.dead.${process.pid}`;
  try {
    renameSync(lock, grave);
    if (readText(grave) !== deadOwner) linkSync(grave, lock);
    rmSync(grave);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** The pid and when that process started: a pid alone is given to somebody else sooner or later. */
function identityOf(pid) {
  const started = existsSync(`/proc/${pid}/stat`) ? readText(`/proc/${pid}/stat`).replace(/^.*\) /s, '').split(' ')[19] : '';
  return `${pid} ${started}`;
}

function isAlive(owner) {
  const pid = Number(owner.split(' ')[0]);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return !existsSync('/proc/self/stat') || identityOf(pid) === owner;
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function readJson(path) {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function say(text) {
  process.stderr.write(`kiroku: ${text}\n`);
}

function fail(text) {
  say(text);
  rmSync(lock, { force: true });
  process.exit(1);
}
