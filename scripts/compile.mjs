// Compiles apps and libs into dist, and bundles what they import, beside the old one first, so that nobody ever sees a half-written build.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePackages, isSwitchedOff } from './bundle-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

export async function compile() {
  const next = join(root, `dist.next-${process.pid}`);
  const old = join(root, `dist.old-${process.pid}`);
  const swc = join(root, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const run = spawnSync(process.execPath, [swc, 'apps', 'libs', '-d', next, '--quiet'], { cwd: root, stdio: 'inherit' });
  try {
    if (run.status !== 0) throw new Error(`swc ended with ${run.status ?? run.signal}`);
    copyShellScripts(next);
    if (!isSwitchedOff) await bundlePackages(next);
  } catch (error) {
    rmSync(next, { recursive: true, force: true });
    throw error;
  }
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old);
  renameSync(next, join(root, 'dist'));
  rmSync(old, { recursive: true, force: true });
}

/** What a process needs beside its modules: the wrapper is a shell script. */
function copyShellScripts(target) {
  cpSync(join(root, 'apps'), join(target, 'apps'), {
    recursive: true,
    filter: (source) => !/\.[a-z]+$/.test(source) || source.endsWith('.sh'),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compile();
