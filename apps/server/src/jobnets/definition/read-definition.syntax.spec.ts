import { readDefinition } from './read-definition.js';

function faultsOf(text: string): string[] {
  const reading = readDefinition(text);
  return 'faults' in reading ? reading.faults.map(({ line, column, code }) => `${line}:${column} ${code}`) : [];
}

const good = 'jobnet: A\njobs: { A1: { command: x, agent: l } }\n';

describe('text that is no YAML', () => {
  it.each<[string, string, string[]]>([
    ['with nothing in it', '', ['1:1 empty-text']],
    ['with comments only', '# nothing\n\n', ['1:1 empty-text']],
    ['with a document of nothing', '---\n...\n', ['1:1 empty-text']],
    ['indented by a tab', 'jobnet: A\njobs:\n\tA1: {}', ['3:1 syntax']],
    ['with an open quote', 'jobnet: "A\n', ['2:1 syntax']],
    ['with an open bracket', 'jobnet: A\njobs: [', ['2:8 syntax']],
    ['with two mistakes', 'jobnet: a: b\njobs: "\\q"\n', ['1:9 syntax', '2:8 syntax']],
    ['with an unknown tag', `${good}onFailure: !shell hold`, ['3:12 syntax']],
    ['with a binary tag', `${good}onFailure: !!binary aG9sZA==`, ['3:12 syntax']],
    ['of YAML 1.1', `%YAML 1.1\n---\n${good}`, ['1:1 yaml-version']],
    ['with a second document', `${good}---\njobnet: B\n`, ['3:1 several-documents']],
    ['with a second document and a fault in the first', `${good}x: 1\n---\n[`, ['3:1 unknown-key', '4:1 several-documents']],
    ['with control characters', 'jobnet: A\njo\u0000bs: \u001b', ['2:3 forbidden-character', '2:8 forbidden-character']],
    ['with half a surrogate pair', 'jobnet: \ud83d', ['1:9 forbidden-character']],
  ])('%s has its faults in place', (_what, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  it('is explained in a sentence, with a remedy', () => {
    expect(readDefinition('jobnet: A\n\tjobs: {}')).toEqual({ faults: [{
      code: 'syntax', path: '', line: 2, column: 1, message: 'This is not valid YAML or JSON: Tabs are not allowed as indentation. Indent with spaces.',
    }] });
  });
});

describe('keys', () => {
  it.each<[string, string, string[]]>([
    ['that are lists', 'jobnet: A\njobs:\n  [A1]: x\n', ['3:3 key-not-text']],
    ['that are aliases', 'jobnet: &a A\njobs:\n  *a : x\n', ['3:3 key-not-text']],
    ['written twice at the top', `${good}jobnet: B`, ['3:1 duplicate-key']],
    ['written twice in other quotes', 'jobnet: A\njobs: { 1: { command: x, agent: l }, "1": { command: x, agent: l } }', ['2:38 duplicate-key']],
    ['written three times', 'jobnet: A\njobnet: A\njobnet: A\njobs: { A1: { command: x, agent: l } }', ['2:1 duplicate-key', '3:1 duplicate-key']],
    ['written twice in env', 'jobnet: A\njobs: { A1: { command: x, agent: l, env: { X: 1, X: 2 } } }', ['2:50 duplicate-key']],
  ])('%s are faults', (_what, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});

describe('aliases', () => {
  it('stand for what they name, and their faults stand where it was written', () => {
    const shared = 'jobnet: A\njobs:\n  A1: &job { command: x, agent: l, env: &env { X: 01 } }\n  A2: { command: x, agent: l, env: *env }\n  A3: *job\n';
    expect(readDefinition(shared)).toMatchObject({ definition: { jobs: [{ env: { X: '01' } }, { env: { X: '01' } }, { command: 'x' }] } });
    expect(faultsOf(shared.replace('X:', '2X:'))).toEqual(['3:48 bad-name', '3:48 bad-name', '3:48 bad-name']);
  });

  it.each<[string, string, string[]]>([
    ['without an anchor', `${good}onFailure: *nobody`, ['3:12 unknown-alias']],
    ['before their anchor', `onFailure: *later\n${good}parameters: { X: &later 1 }`, ['1:12 unknown-alias']],
    ['of themselves', 'jobnet: A\njobs: &jobs\n  A1: *jobs', ['3:7 alias-of-itself']],
  ])('%s are faults', (_what, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  it('do not multiply without limit', () => {
    const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]`)];
    expect(faultsOf(laughs.join('\n')).some((fault) => fault.endsWith('too-many-aliases'))).toBe(true);
  });
});
