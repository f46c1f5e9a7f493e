import fc from 'fast-check';
import { stringify } from 'yaml';
import { readDefinition } from './read-definition.js';

function expectSense(text: string): void {
  const reading = readDefinition(text);
  if ('definition' in reading) return;
  const lines = text.split('\n').length;
  expect(reading.faults.length).toBeGreaterThan(0);
  reading.faults.forEach((fault, index) => {
    const before = reading.faults[index - 1];
    expect(fault.line).toBeGreaterThanOrEqual(before?.line ?? 1);
    expect(fault.line).toBeLessThanOrEqual(lines);
    expect(fault.column).toBeGreaterThanOrEqual(fault.line === before?.line ? before.column : 1);
  });
}

const pieces = fc.constantFrom(
  'jobnet: A', 'jobs:', '\n', '\n  ', '\n    ', 'A1:', 'A2:', ' ', '{', '}', '[', ']', ',', ': ', '- ', '? ', '"', "'", '&a ', '*a', '!', '!!str ', '|', '>', '#', '---\n', '...\n',
  '%YAML 1.1\n', '\t', '\r', '\0', 'command: x', 'agent: l', 'after: ', 'env:', '<<', '1', 'null', '~', '\\', '@', '`', '\uFEFF', 'あ', '😀',
);

describe('reading a definition', () => {
  it('never throws, and puts faults in order inside of the text, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')), fc.string({ unit: 'binary', maxLength: 200 })), expectSense), { numRuns: 5_000 });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expectSense(new TextDecoder().decode(bytes))), { numRuns: 1_000 });
  });

  it('reads JSON and YAML of the same values alike', () => {
    const value = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean());
    const variables = fc.dictionary(fc.stringMatching(/^[A-JL-Za-z_][A-Za-z0-9_]{1,8}$/), value.filter((each) => !String(each).includes('\0')), { maxKeys: 4 });
    const jobs = fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,8}$/), fc.record({ command: fc.constantFrom('x', ['a', '#b: c']), agent: fc.constant('l'), env: variables, parameters: variables }), { minKeys: 1 });
    fc.assert(fc.property(jobs, fc.constantFrom(0, 2, '\t'), (each, indent) => {
      const document = { jobnet: 'A', jobs: each };
      const fromJson = readDefinition(JSON.stringify(document, null, indent));
      expect(fromJson).toEqual(readDefinition(stringify(document)));
      const texts = Object.values(each).map(({ env }) => Object.fromEntries(Object.entries(env).map(([name, raw]) => [name, String(raw)])));
      expect('definition' in fromJson ? fromJson.definition.jobs.map(({ env }) => env) : fromJson.faults).toEqual(texts);
    }), { numRuns: 300 });
  });
});
