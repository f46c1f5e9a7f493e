// Puts the packages that the product imports into a few files below dist/node_modules, where Node finds them before the installed ones: a thousand
// small modules are most of what a start costs. Our own modules stay as they are. Why, and what it costs: docs/decisions/0010-bundled-packages.md.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Found in the installed node_modules as ever, each for its reason. */
const LEFT_OUTSIDE = {
  '@kurrent/kurrentdb-client': 'native parts below it, and only a server whose log is there loads it',
  pg: 'only a server whose log is there loads it',
  'reflect-metadata': 'one file, which is loaded beside the product as well',
  'swagger-ui-dist': 'files that are served, nothing that is run',
  yaml: 'also loaded by `require`, where Node may warn of an ES module',
};

/** What these packages would load if it were there. It is not, and they go on without. */
const NEVER_INSTALLED = [
  '@nestjs/microservices', '@nestjs/platform-express', '@nestjs/websockets', '@fastify/multipart', '@fastify/static', '@fastify/view', 'class-transformer',
  'class-validator', 'file-type',
];

/** Node takes rxjs as one CommonJS module for each function; the same code as ES modules is hoisted into one scope. */
const rxjs = join(root, 'node_modules', 'rxjs', 'dist', 'esm');
const AS_ES_MODULES = { 'rxjs/operators': join(rxjs, 'operators', 'index.js'), rxjs: join(rxjs, 'index.js') };

/** CommonJS inside an ES module asks for Node's own modules with it. */
const REQUIRE = "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);";

/** Then our modules alone are compiled, and everything else runs from the installed packages. */
export const isSwitchedOff = (process.env.KIROKU_UNBUNDLED ?? '') !== '';

/** @param dist compiled, with our modules alone */
export async function bundlePackages(dist) {
  const { build } = await import('esbuild');
  const packages = Object.keys(manifestOf(root).dependencies).filter((name) => !Object.hasOwn(LEFT_OUTSIDE, name));
  const specifiers = specifiersIn(dist, packages);
  await build({
    absWorkingDir: root, outdir: join(dist, 'node_modules'), outExtension: { '.js': '.mjs' }, chunkNames: '.shared/[hash]', logLevel: 'warning',
    entryPoints: specifiers.map((specifier) => ({ in: specifier, out: fileFor(specifier) })),
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', banner: { js: REQUIRE },
    // Names are kept, which Nest and stack traces tell; a line has an end, so that its column says something.
    keepNames: true, minifyWhitespace: true, minifySyntax: true, lineLimit: 160,
    alias: AS_ES_MODULES, external: [...Object.keys(LEFT_OUTSIDE), ...NEVER_INSTALLED], plugins: [entriesFor(await namesOf(specifiers))],
  });
  for (const name of packages) writeManifest(dist, name, specifiers.filter((specifier) => packageOf(specifier) === name));
}

/** What our modules import of these packages: `zod`, `@nestjs/common/constants.js`. */
function specifiersIn(dist, packages) {
  const modules = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(dist, name), 'utf8'));
  const imported = modules.flatMap((text) => [...text.matchAll(/\b(?:from |import |import\()['"]([^'"\s]+)['"]/g)].map(([, specifier]) => specifier));
  return [...new Set(imported)].filter((specifier) => packages.includes(packageOf(specifier))).sort();
}

/** What each exports, as Node sees it: a CommonJS module does not tell a bundler. */
async function namesOf(specifiers) {
  const names = specifiers.map(async (specifier) => [specifier, Object.keys(await import(specifier)).filter((name) => name !== 'module.exports')]);
  return new Map(await Promise.all(names));
}

/** Each specifier becomes a module that hands on every name, so that it looks the same as the package's own. */
function entriesFor(names) {
  return {
    name: 'entries',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'entry-point' ? { path, namespace: 'entry' } : undefined));
      build.onLoad({ filter: /./, namespace: 'entry' }, ({ path }) => ({ contents: `export { ${names.get(path).join(', ')} } from '${path}';`, resolveDir: root }));
    },
  };
}

/** Names what is there and nothing else: what is not bundled fails to load, instead of coming from elsewhere a second time. */
function writeManifest(dist, name, specifiers) {
  if (specifiers.length === 0) return;
  const exports = Object.fromEntries(specifiers.map((specifier) => [`.${specifier.slice(name.length)}`, `.${fileFor(specifier).slice(name.length)}.mjs`]));
  const { version, license } = manifestOf(join(root, 'node_modules', name));
  writeFileSync(join(dist, 'node_modules', name, 'package.json'), `${JSON.stringify({ name, version, license, exports }, null, 2)}\n`);
}

function packageOf(specifier) {
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}

function fileFor(specifier) {
  return specifier === packageOf(specifier) ? `${specifier}/index` : specifier.replace(/\.m?js$/, '');
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
