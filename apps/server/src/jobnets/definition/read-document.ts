import { type Alias, type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { written } from '#domain/jobnet/definition/document';
import { type Path, quote } from '#domain/jobnet/definition/faults';
import type { Place, PlaceOfKey } from './place.js';
import type { TextFault } from './text-fault.js';

/** A few shared blocks are fine; a "billion laughs" is not. Counted in values that aliases stand for. */
const MAX_ALIASED_VALUES = 50_000;

/** A value, where it stands, and how many values it consists of. */
export interface DocumentReading {
  readonly value: unknown;
  readonly place: Place;
  readonly size: number;
}

interface Reader {
  readonly lines: LineCounter;
  readonly faults: TextFault[];
  /** An anchor whose value is still being read has none yet: an alias to it would contain itself. */
  readonly anchors: Map<string, DocumentReading | undefined>;
  aliasedValues: number;
}

/** Turns a document without syntax faults into plain values: Maps keep the order of keys and know no `__proto__`. */
export function readDocument(document: Document.Parsed, lines: LineCounter): DocumentReading & { readonly faults: readonly TextFault[] } {
  const reader: Reader = { lines, faults: [], anchors: new Map(), aliasedValues: 0 };
  return { ...readNode(document.contents, [], 0, reader), faults: reader.faults };
}

/** `emptyAt` is where a value that was left out is said to be missing. Depth is bounded by the parser's limit. */
function readNode(node: unknown, path: Path, emptyAt: number, reader: Reader): DocumentReading {
  if (isAlias(node)) return readAlias(node, path, reader);
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
  if (anchor !== undefined) reader.anchors.set(anchor, undefined);
  const reading = readValue(node, path, emptyAt, reader);
  if (anchor !== undefined) reader.anchors.set(anchor, reading);
  return reading;
}

function readValue(node: unknown, path: Path, emptyAt: number, reader: Reader): DocumentReading {
  if (isMap(node)) return readMap(node, path, reader);
  if (isSeq(node)) return readSeq(node, path, reader);
  if (!isScalar(node) || (node.value === null && node.source === '')) return { value: null, place: { offset: emptyAt }, size: 1 };
  return { value: scalarValue(node), place: { offset: startOf(node) }, size: 1 };
}

function scalarValue({ value, source }: Scalar): unknown {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return value ?? null;
  return written(value, source ?? String(value));
}

function readMap(map: YAMLMap, path: Path, reader: Reader): DocumentReading {
  const value = new Map<string, unknown>();
  const keys = new Map<string, PlaceOfKey>();
  let size = 1;
  for (const pair of map.items) {
    const key = readKey(pair.key, path, startOf(map), reader);
    if (key === undefined) continue;
    const under = readNode(pair.value, [...path, key.text], key.offset, reader);
    size += under.size;
    const first = keys.get(key.text);
    if (first === undefined) {
      value.set(key.text, under.value);
      keys.set(key.text, { offset: key.offset, value: under.place });
    } else {
      reader.faults.push(duplicate(key, [...path, key.text], first.offset, reader.lines));
    }
  }
  return { value, place: { offset: startOf(map), keys }, size };
}

interface Key {
  readonly text: string;
  readonly offset: number;
}

/** A key is text as it was written: `01` stays "01". */
function readKey(key: unknown, path: Path, mapOffset: number, reader: Reader): Key | undefined {
  const offset = isNode(key) ? startOf(key) : mapOffset;
  if (isScalar(key)) {
    if (key.anchor !== undefined) reader.anchors.set(key.anchor, { value: scalarValue(key), place: { offset }, size: 1 });
    return { text: typeof key.value === 'string' ? key.value : key.source ?? String(key.value), offset };
  }
  reader.faults.push({ code: 'key-not-text', message: 'A key must be text; found a list, a mapping or an alias. Write the key as a word.', path, offset });
  return undefined;
}

function duplicate({ text, offset }: Key, path: Path, firstOffset: number, lines: LineCounter): TextFault {
  const { line, col } = lines.linePos(firstOffset);
  const what = path.length === 2 && path[0] === 'jobs' ? 'The job' : 'The key';
  return { code: 'duplicate-key', message: `${what} ${quote(text)} stands here again; it was written in line ${line}, column ${col} already. Rename or remove one.`, path, offset };
}

function readSeq(seq: YAMLSeq, path: Path, reader: Reader): DocumentReading {
  const items = seq.items.map((item, index) => readNode(isPair(item) ? undefined : item, [...path, index], startOf(item), reader));
  return {
    value: items.map(({ value }) => value),
    place: { offset: startOf(seq), items: items.map(({ place }) => place) },
    size: items.reduce((sum, { size }) => sum + size, 1),
  };
}

function readAlias(alias: Alias, path: Path, reader: Reader): DocumentReading {
  const offset = startOf(alias);
  const target = reader.anchors.get(alias.source);
  reader.aliasedValues += target?.size ?? 0;
  if (target !== undefined && reader.aliasedValues <= MAX_ALIASED_VALUES) return { ...target, place: { ...target.place, offset } };
  reader.faults.push({ ...aliasFault(alias.source, target, reader), path, offset });
  return { value: null, place: { offset }, size: 1 };
}

function aliasFault(name: string, target: DocumentReading | undefined, { anchors }: Reader): Pick<TextFault, 'code' | 'message'> {
  if (target !== undefined) return { code: 'too-many-aliases', message: `With the alias *${name} aliases stand for more than ${MAX_ALIASED_VALUES} values; write less of them.` };
  if (anchors.has(name)) return { code: 'alias-of-itself', message: `The alias *${name} stands inside of what it names; a value cannot contain itself.` };
  return { code: 'unknown-alias', message: `The alias *${name} has no anchor &${name} before it; define it first, or put text that begins with "*" in quotes.` };
}

function startOf(node: unknown): number {
  return (node as Node | undefined)?.range?.[0] ?? 0;
}
