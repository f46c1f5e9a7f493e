import { readFileSync } from 'node:fs';
import { MAX_TEXT_BYTES } from './check-text.js';
import { readDefinition } from './read-definition.js';

const A1 = { id: 'A1', command: './extract.sh', agent: 'local', after: [], successCodes: [0], env: {}, parameters: {} };
const A2 = { ...A1, id: 'A2', command: ['./load', '--full'], after: ['A1'] };
const A = { jobnet: 'A', onFailure: 'hold', parameters: {}, jobs: [A1, A2] };

const yaml = `jobnet: A
jobs:
  A1: { command: "./extract.sh", agent: local }
  A2: { command: ["./load", "--full"], agent: local, after: A1 }
`;

function jobsOf(text: string) {
  const reading = readDefinition(text);
  return 'definition' in reading ? reading.definition.jobs : reading.faults;
}

describe('a definition', () => {
  it('is read from YAML', () => {
    expect(readDefinition(yaml)).toEqual({ definition: A });
  });

  it.each([0, 2, '\t'])('is read from JSON indented by %j', (indent) => {
    const { jobnet, jobs } = { jobnet: 'A', jobs: { A1: { command: './extract.sh', agent: 'local' }, A2: { command: ['./load', '--full'], agent: 'local', after: ['A1'] } } };
    expect(readDefinition(JSON.stringify({ jobnet, jobs }, null, indent))).toEqual({ definition: A });
  });

  it.each([['a byte order mark', `\uFEFF${yaml}`], ['CRLF line ends', yaml.replaceAll('\n', '\r\n')], ['document marks', `%YAML 1.2\n---\n${yaml}...\n`]])('may have %s', (_what, text) => {
    expect(readDefinition(text)).toEqual({ definition: A });
  });

  it('keeps ids as they were written, in their order', () => {
    const jobs = jobsOf('jobnet: 007\njobs:\n  b: { command: x, agent: 1 }\n  01: { command: x, agent: l }\n  1: { command: x, agent: l, after: 01 }\n  true: { command: x, agent: l, after: [1, b] }\n  1.10: { command: x, agent: l }');
    expect(jobs).toMatchObject([{ id: 'b', agent: '1' }, { id: '01' }, { id: '1', after: ['01'] }, { id: 'true', after: ['1', 'b'] }, { id: '1.10' }]);
  });

  it('keeps values as they were written', () => {
    const jobs = jobsOf('jobnet: A\njobs: { A1: { command: [sleep, 0.50], agent: l, env: { A: 1.10, B: 007, C: True, D: 0x1F, E: yes, F: 12345678901234567890, G: "", H: 2026-11-22 } } }');
    expect(jobs).toMatchObject([{ command: ['sleep', '0.50'], env: { A: '1.10', B: '007', C: 'True', D: '0x1F', E: 'yes', F: '12345678901234567890', G: '', H: '2026-11-22' } }]);
  });

  it('takes block text as a command', () => {
    expect(jobsOf('jobnet: A\njobs:\n  A1:\n    agent: l\n    command: |\n      set -e\n      echo done\n')).toMatchObject([{ command: 'set -e\necho done\n' }]);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])('may have a job %s', (id) => {
    expect(jobsOf(`jobnet: A\njobs: { ${id}: { command: x, agent: l }, z: { command: x, agent: l, after: ${id} } }`)).toMatchObject([{ id }, { after: [id] }]);
  });

  it('refuses a job __proto__ and pollutes nothing', () => {
    expect(jobsOf('jobnet: A\njobs: { __proto__: { command: x, agent: l } }')).toMatchObject([{ code: 'bad-id', line: 2, column: 9 }]);
    expect(Object.hasOwn(Object.prototype, 'command')).toBe(false);
  });

  it.each(['a', 'nightly'])('is what examples/%s.yaml holds', (name) => {
    expect(readDefinition(readFileSync(`examples/${name}.yaml`, 'utf8'))).toHaveProperty('definition');
  });
});

describe('hostile text of up to 1 MiB', () => {
  const fill = (piece: string): string => piece.repeat(Math.floor(MAX_TEXT_BYTES / piece.length));

  it.each([
    ['too deep lists', fill('[')], ['too deep mappings', fill('{a: ')], ['too deep blocks', fill('- ')], ['too deep keys', fill('? ')], ['100,000 brackets', '['.repeat(100_000)],
  ])('of %s is too deep', (_what, text) => {
    expect(readDefinition(text)).toMatchObject({ faults: [{ code: 'too-deep', line: 1 }] });
  });

  it('may be 64 deep, which is only a fault of the jobnet', () => {
    expect(readDefinition(`jobnet: ${'['.repeat(60)}${']'.repeat(60)}`)).toMatchObject({ faults: [{ code: 'missing-key' }, { code: 'wrong-type' }] });
  });

  it('is refused above that', () => {
    expect(readDefinition(`${fill('あ')}あ`)).toMatchObject({ faults: [{ code: 'text-too-large', line: 1, column: 1 }] });
  });

  it.each([']', '}', '"', "'", '\n', '#\n', '---\n', '%a\n', '&a ', '!a ', '- *a\n', 'a: 1\n', 'a: ', ',', ':', '[]', '|\n', '\t', '\u00a0', '*', '&', '<<: {}\n', '? a\n', '\\'])(
    'of %j alone is answered with faults, soon',
    (piece) => {
      const began = performance.now();
      const reading = readDefinition(fill(piece));
      expect('faults' in reading && reading.faults.length).toBeGreaterThan(0);
      expect(performance.now() - began).toBeLessThan(15_000);
    },
  );

  it('of bad escapes is answered with at most 1,001 faults', () => {
    const reading = readDefinition(`"${fill('\\q').slice(2)}"`);
    expect('faults' in reading && reading.faults.length).toBe(1_001);
  });
});
