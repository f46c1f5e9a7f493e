import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of native code that no script called. */
export const UNKNOWN = 'native functions without a caller';

/** What a function is for, by where it stands: the first rule that fits its name or file names the group. */
const RULES = [
  ['idle', ({ name }) => name === '(idle)'],
  ['garbage collection', ({ name }) => name === '(garbage collector)'],
  ['native code and system calls', ({ name }) => name === '(program)' || name === '(root)'],
  ['the benchmark itself', ({ url }) => /\/bench\/trace\/|^node:inspector/.test(url)],
  ['SQLite', ({ url }) => /\/better-sqlite3(-for-node-20)?\/|\/event-store\/src\/sqlite\/driver/.test(url)],
  ['hashing', ({ name, url }) => url.startsWith('node:internal/crypto') || /^(createHash|randomUUID|update|digest)$/.test(name)],
  ['JSON', ({ name, url }) => /json-text|secure-json-parse|fast-json-stringify/.test(url) || (url === '' && /^(parse|stringify)$/.test(name))],
  ['schemas (zod)', ({ url }) => url.includes('/node_modules/zod/')],
  ['Nest, rxjs', ({ url }) => /\/node_modules\/(@nestjs|rxjs)\//.test(url)],
  ['logging', ({ url }) => /\/node_modules\/(pino|sonic-boom|thread-stream)\//.test(url)],
  ['HTTP and sockets', ({ url }) => /^wasm:/.test(url) || /\/node_modules\/(fastify|@fastify|find-my-way|avvio|light-my-request|undici|fast-[^/]*|process-warning)\//.test(url)
    || /^node:(_http|http|net|internal\/(http|net|streams|stream_base|js_stream|blocklist|socket)|stream)/.test(url)],
  ['starting processes', ({ url }) => /child_process/.test(url)],
  ['files', ({ url }) => /^node:(fs|internal\/fs)/.test(url)],
  ['loading modules', ({ url }) => /^node:internal\/(modules|source_map|vm|bootstrap)/.test(url) || /^node:(module|vm)/.test(url)],
  ['event loop (timers, promises, streams of bytes)', ({ url }) => url.startsWith('node:')],
];

/** A function of the product belongs to its folder, one of a package to that package. */
export function groupOf(frame) {
  const rule = RULES.find(([, fits]) => fits(frame));
  if (rule !== undefined) return rule[0];
  const [, app, folder] = /\/dist\/(apps\/[^/]+|libs\/[^/]+)\/src\/(?:([^/]+)\/)?/.exec(frame.url) ?? [];
  if (app !== undefined) return folder === undefined ? app : `${app}/${folder}`;
  const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(frame.url) ?? [];
  return name ?? (frame.url === '' ? UNKNOWN : placeOf(frame));
}

/** Where a function stands, short enough to read. */
export function placeOf({ url, line }) {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  return path === '' ? '' : `${path.replace(root, '').replace(/^dist\//, '')}:${line}`;
}
