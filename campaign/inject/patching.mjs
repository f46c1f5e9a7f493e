// Changes methods of the built product in the process that loads this, and fails loudly where there is nothing of that name: a table
// of steps that has gone stale must not pass for one that holds.
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const DIST = new URL('../../dist/', import.meta.url);

/** Task hosts and other children are none of ours. */
export const isProduct = process.argv[1]?.endsWith('/dist/apps/cli/src/main.js') === true;
export const side = process.argv.includes('server') ? 'server' : 'agent';

// Nine hundred modules, most of what a start costs: read one after the other by `require` they take a seventh less of it than by `import`, which
// finds them loaded later on.
if (isProduct) createRequire(import.meta.url)(fileURLToPath(new URL(`apps/${side}/src/main.js`, DIST)));

/** A class's prototype, or an object that is exported by itself. */
export async function ownerOf(module, name) {
  const found = (await import(new URL(module, DIST).href))[name];
  return typeof found === 'object' && found !== null ? found : (await classOf(module, name)).prototype;
}

export async function classOf(module, name) {
  const found = (await import(new URL(module, DIST).href))[name];
  if (typeof found !== 'function') throw new Error(`${module} has no class ${name} any more`);
  return found;
}

/** @param around gets the original, bound, and the arguments */
export function replace(owner, method, around) {
  const original = owner[method];
  if (typeof original !== 'function') throw new Error(`${owner.name ?? owner.constructor?.name ?? 'it'} has no method ${method} any more`);
  owner[method] = function patched(...given) {
    return around.call(this, (...changed) => original.apply(this, changed), ...given);
  };
}

/** A safeguard of one side is broken in processes of that side alone. */
export async function breakIn(where, work) {
  if (isProduct && side === where) await work();
}
