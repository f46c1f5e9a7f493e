import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { definitionOf, streamKinds } from './catalogue.js';
import { type StoredEvent, upcast } from './upcast.js';

const folder = new URL('../samples/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
const definitions = Object.values(streamKinds).flatMap((events) => Object.values(events));

function textOf(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

function sampleOf(file: string): StoredEvent {
  return JSON.parse(textOf(file)) as StoredEvent;
}

/** The lines of the list as `sha256sum` writes them. A new sample is added with `sha256sum Type.vN.json >> CHECKSUMS`. */
function frozen(): Map<string, string> {
  const lines = textOf('CHECKSUMS').trim().split('\n').map((line) => line.split(/\s+/));
  return new Map(lines.map(([hash = '', file = '']) => [file, hash]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('the samples', () => {
  it('show every version of every event that was ever written', () => {
    const wanted = definitions.flatMap(({ type, version }) => Array.from({ length: version }, (_, index) => `${type}.v${index + 1}.json`));
    expect(files).toEqual(wanted.sort());
  });

  it('are listed in CHECKSUMS, all of them and no others', () => {
    expect([...frozen().keys()].sort()).toEqual(files);
  });

  it.each(files)('are frozen: %s is as it was written', (file) => {
    expect(sha256(textOf(file))).toBe(frozen().get(file));
  });

  it('count as changed when a single space differs', () => {
    expect(sha256(`${textOf('JobFinished.v1.json')} `)).not.toBe(frozen().get('JobFinished.v1.json'));
  });

  it.each(files)('name in their file what they hold: %s', (file) => {
    const { type, schemaVersion } = sampleOf(file);
    expect(`${type}.v${schemaVersion}.json`).toBe(file);
  });

  it.each(files)('are read by this build without a field lost: %s', (file) => {
    const { type, data } = upcast(sampleOf(file));
    expect(definitionOf(type)?.data.parse(data)).toStrictEqual(data);
  });

  it.each(files.filter((file) => sampleOf(file).schemaVersion === definitionOf(sampleOf(file).type)?.version))('of today are handed on as they are: %s', (file) => {
    const sample = sampleOf(file);
    expect(upcast(sample).data).toBe(sample.data);
  });
});
