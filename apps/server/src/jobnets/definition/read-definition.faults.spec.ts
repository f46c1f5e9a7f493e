import { readDefinition } from './read-definition.js';

/** Faults as `line:column code`, so that a test reads like an editor's list. */
function faultsOf(text: string): string[] {
  const reading = readDefinition(text);
  return 'faults' in reading ? reading.faults.map(({ line, column, code }) => `${line}:${column} ${code}`) : [];
}

function messagesOf(text: string): string[] {
  const reading = readDefinition(text);
  return 'faults' in reading ? reading.faults.map(({ message }) => message) : [];
}

/** A job A1 with more lines under it; the first of them is line 6. */
const jobWith = (...lines: string[]): string => ['jobnet: A', 'jobs:', '  A1:', '    command: "true"', '    agent: local', ...lines.map((line) => `    ${line}`)].join('\n');
/** A job A1 without a command; the lines begin in line 5. */
const jobOf = (...lines: string[]): string => ['jobnet: A', 'jobs:', '  A1:', '    agent: local', ...lines.map((line) => `    ${line}`)].join('\n');
/** A jobnet with one good job; the lines begin in line 2. */
const topWith = (...lines: string[]): string => ['jobs: { A1: { command: "true", agent: local } }', ...lines].join('\n');

const LONG = 'x'.repeat(129);

describe('a fault has the line and column of what it is about', () => {
  it.each<[string, string, string[]]>([
    ['an unknown key at the top', topWith('jobnet: A', 'retries: 3'), ['3:1 unknown-key']],
    ['an unknown key in a job', jobWith('commnad: x'), ['6:5 unknown-key']],
    ['a merge key', jobWith('<<: {}'), ['6:5 unknown-key']],
    ['a merge key in env', jobWith('env: { <<: {} }'), ['6:12 bad-name', '6:16 wrong-type']],
    ['onFailure in a job', jobWith('onFailure: end'), ['6:5 unknown-key']],
    ['no name', topWith(), ['1:1 missing-key']],
    ['no jobs', '# A comment\njobnet: A', ['2:1 missing-key']],
    ['no job', 'jobnet: A\njobs: {}', ['2:7 no-jobs']],
    ['jobs left out', 'jobnet: A\njobs:', ['2:1 wrong-type']],
    ['jobs as a list', 'jobnet: A\njobs:\n  - A1', ['3:3 wrong-type']],
    ['a bad name', topWith('jobnet: A/B'), ['2:9 bad-id']],
    ['a long name', topWith(`jobnet: ${LONG}`), ['2:9 bad-id']],
    ['a name that is a list', topWith('jobnet: [A]'), ['2:9 wrong-type']],
    ['a name left out', topWith('jobnet:'), ['2:1 wrong-type']],
    ['a bad job id', 'jobnet: A\njobs:\n  "A 1": { command: x, agent: local }', ['3:3 bad-id']],
    ['an empty job id', 'jobnet: A\njobs:\n  "": { command: x, agent: local }', ['3:3 bad-id']],
    ['a bad agent', jobOf('command: x').replace('local', '-local'), ['4:12 bad-id']],
    ['an agent that is a mapping', jobOf('command: x').replace('local', '{ labels: [a] }'), ['4:12 wrong-type']],
    ['no agent', 'jobnet: A\njobs:\n  A1: { command: x }', ['3:3 missing-key']],
    ['no command', jobOf(), ['3:3 missing-key']],
    ['a bad name of a task', jobOf('task: "load it"'), ['5:11 bad-id']],
    ['an empty name of a task', jobOf('task: ""'), ['5:11 bad-id']],
    ['a task that is a list', jobOf('task: [load]'), ['5:11 wrong-type']],
    ['a task left out', jobOf('task:'), ['5:5 wrong-type']],
    ['what only commands have', jobOf('task: load', 'cwd: /srv', 'successCodes: 3', 'env: { X: 1 }'), ['6:5 not-for-tasks', '7:5 not-for-tasks', '8:5 not-for-tasks']],
    ['a command and a task', jobWith('task: load'), ['6:5 command-and-task']],
    ['a command that is a number', jobOf('command: 42'), ['5:14 wrong-type']],
    ['a command left out', jobOf('command:'), ['5:5 wrong-type']],
    ['an empty command', jobOf('command: ""'), ['5:14 empty-command']],
    ['a blank command', jobOf('command: "  "'), ['5:14 empty-command']],
    ['an empty vector', jobOf('command: []'), ['5:14 empty-command']],
    ['an empty first word', jobOf('command: ["", x]'), ['5:15 empty-command']],
    ['a word that is a list', jobOf('command: [x, [y]]'), ['5:18 wrong-type']],
    ['a word left out', jobOf('command:', '  - x', '  -'), ['7:8 wrong-type']],
    ['NUL in a command', jobOf('command: "a\\0b"'), ['5:14 nul-character']],
    ['NUL in a word', jobOf('command: [x, "a\\0b"]'), ['5:18 nul-character']],
    ['half a character', jobOf('command: "a\\ud83d"'), ['5:14 broken-character']],
    ['an unknown job in after', jobWith('after: A9'), ['6:12 unknown-job']],
    ['unknown jobs in a list', jobWith('after: [A9, A8]'), ['6:13 unknown-job', '6:17 unknown-job']],
    ['after itself', jobWith('after: A1'), ['6:12 after-itself']],
    ['after itself in a list', jobWith('after:', '  - A1'), ['7:9 after-itself']],
    ['after left out', jobWith('after:'), ['6:5 wrong-type']],
    ['after as a mapping', jobWith('after: { A1: failed }'), ['6:12 wrong-type']],
    ['a list in after', jobWith('after: [[A1]]'), ['6:13 wrong-type']],
    ['a job twice in after', `${jobWith('after: [B, B]')}\n  B: { command: x, agent: l }`, ['6:16 duplicate-after']],
    ['an exit code of 256', jobWith('successCodes: [0, 256]'), ['6:23 bad-success-code']],
    ['an exit code of -1', jobWith('successCodes: -1'), ['6:19 bad-success-code']],
    ['half an exit code', jobWith('successCodes: 1.5'), ['6:19 bad-success-code']],
    ['a range of exit codes', jobWith('successCodes: 0-3'), ['6:19 bad-success-code']],
    ['no exit code', jobWith('successCodes: []'), ['6:19 bad-success-code']],
    ['exit codes left out', jobWith('successCodes:'), ['6:5 bad-success-code']],
    ['env as a list', jobWith('env: [X]'), ['6:10 wrong-type']],
    ['env as text', jobWith('env: X=1'), ['6:10 wrong-type']],
    ['env left out', jobWith('env:'), ['6:5 wrong-type']],
    ['a bad variable name', jobWith('env: { a-b: 1, 2x: 1 }'), ['6:12 bad-name', '6:20 bad-name']],
    ['a variable of Kiroku', jobWith('env:', '  KIROKU_RUN_ID: x'), ['7:7 reserved-name']],
    ['a variable named __proto__', jobWith('env: { __proto__: x }'), ['6:12 reserved-name']],
    ['a variable left out', jobWith('env:', '  X:'), ['7:7 wrong-type']],
    ['a variable that is null', jobWith('env: { X: null }'), ['6:15 wrong-type']],
    ['a variable that is a list', jobWith('env: { X: [1] }'), ['6:15 wrong-type']],
    ['NUL in a variable', jobWith('env: { X: "\\0" }'), ['6:15 nul-character']],
    ['a bad parameter', jobWith('parameters: { "": 1 }'), ['6:19 bad-name']],
    ['a bad parameter at the top', topWith('jobnet: A', 'parameters:', '  a.b: 1'), ['4:3 bad-name']],
    ['parameters as text', topWith('jobnet: A', 'parameters: x'), ['3:13 wrong-type']],
    ['a directory that is a number', jobWith('cwd: 1'), ['6:10 wrong-type']],
    ['a grace that is no number', jobWith('stopGraceSeconds: soon'), ['6:23 bad-value']],
    ['a grace below zero', jobWith('stopGraceSeconds: -1'), ['6:23 bad-value']],
    ['an unknown policy for what is lost', jobWith('onLost: retry'), ['6:13 bad-value']],
    ['an unknown policy for what the agent does not know', jobWith('cwd: /srv', 'onUnknown: hold'), ['7:16 bad-value']],
    ['both policies wrong', jobWith('onLost: true', 'onUnknown: [rerun]'), ['6:13 bad-value', '7:16 bad-value']],
    ['a policy of a job left out', jobWith('onLost:'), ['6:5 bad-value']],
    ['a policy of a job at the top', topWith('jobnet: A', 'onLost: fail'), ['3:1 unknown-key']],
    ['an empty directory', jobWith('cwd: ""'), ['6:10 bad-value']],
    ['NUL in a directory', jobWith('cwd: "/a\\0"'), ['6:10 nul-character']],
    ['an unknown policy', topWith('jobnet: A', 'onFailure: stop'), ['3:12 bad-value']],
    ['a policy left out', topWith('jobnet: A', 'onFailure:'), ['3:1 bad-value']],
    ['a policy that is a list', topWith('jobnet: A', 'onFailure: [end]'), ['3:12 bad-value']],
    ['text at the top', 'jobnet', ['1:1 wrong-type']],
    ['a list at the top', '\n\n  - jobnet: A', ['3:3 wrong-type']],
    ['a job that is text', 'jobnet: A\njobs:\n  A1: run it', ['3:7 wrong-type']],
    ['a job left out', 'jobnet: A\njobs:\n  A1:', ['3:3 wrong-type']],
  ])('for %s', (_what, text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  it('for a cycle, at the entry that closes it, with its path', () => {
    const text = 'jobnet: A\njobs:\n  A1: { command: x, agent: l, after: A3 }\n  A2: { command: x, agent: l, after: [A1] }\n  A3: { command: x, agent: l, after: [A2] }\n  B: { command: x, agent: l, after: [A1, A2] }';
    expect(readDefinition(text)).toEqual({ faults: [expect.objectContaining({
      code: 'cycle', path: 'jobs.A1.after', line: 3, column: 38, message: expect.stringContaining('A1 → A2 → A3 → A1') as string,
    })] });
  });

  it('for two cycles through one job, each once', () => {
    const text = 'jobnet: A\njobs:\n  A: { command: x, agent: l, after: [B, C] }\n  B: { command: x, agent: l, after: A }\n  C: { command: x, agent: l, after: A }';
    expect(faultsOf(text)).toEqual(['3:38 cycle', '3:41 cycle']);
    expect(messagesOf(text).join()).toMatch(/A → B → A.*A → C → A/);
  });

  it('in JSON as well', () => {
    const text = JSON.stringify({ jobnet: 'A B', jobs: { A1: { command: [], agnet: 'local', after: ['A1', 'A2'] } } }, null, '\t');
    expect(faultsOf(text)).toEqual(['2:12 bad-id', '4:3 missing-key', '5:15 empty-command', '6:4 unknown-key', '8:5 after-itself', '9:5 unknown-job']);
  });
});

describe('several faults', () => {
  const text = [
    'jobnet: "A 1"', 'onFailure: halt', 'jobs:',
    '  extract: { command: "", agent: local, successCodes: [0, 999] }',
    '  load: { command: [./load], after: [extrakt, load] }',
    '  extract: { command: x, agent: local }',
    '  X1: { command: x, agent: local, after: X2 }', '  X2: { command: x, agent: local, after: X1, env: { KIROKU_X: y, a: [] } }',
    'paramters: {}',
  ].join('\n');

  it('are reported all at once, in order of position', () => {
    expect(faultsOf(text)).toEqual([
      '1:9 bad-id', '2:12 bad-value', '4:23 empty-command', '4:59 bad-success-code', '5:3 missing-key', '5:38 unknown-job', '5:47 after-itself',
      '6:3 duplicate-key', '7:42 cycle', '8:53 reserved-name', '8:69 wrong-type', '9:1 unknown-key',
    ]);
  });

  it('say what was meant and what is accepted', () => {
    const messages = messagesOf(text);
    expect(messages[5]).toBe('Job "load" comes after "extrakt", which is no job of this jobnet; did you mean "extract"?');
    expect(messages[7]).toBe('The job "extract" stands here again; it was written in line 4, column 3 already. Rename or remove one.');
    expect(messages[11]).toBe('The jobnet has the unknown key "paramters"; did you mean "parameters"? Accepted keys: jobnet, onFailure, parameters, deadline, timeout, jobs.');
  });

  it('name their paths', () => {
    const reading = readDefinition('jobnet: A\njobs: { "a.b": { command: [x, []], agent: l }, c-d: { command: x, agent: l, after: [q] } }');
    expect('faults' in reading && reading.faults.map(({ path }) => path)).toEqual(['jobs["a.b"].command[1]', 'jobs.c-d.after[0]']);
  });

  it('are at most 1,000 and a word about the rest', () => {
    const reading = readDefinition(`jobnet: A\njobs: { A1: { command: x, agent: l, after: [${'q, '.repeat(1_500)}] } }`);
    expect('faults' in reading && [reading.faults.length, reading.faults.at(-1)]).toEqual([1_001, expect.objectContaining({
      code: 'too-many-faults', message: expect.stringContaining('500 more') as string, line: 2, column: 45 + 3_000,
    })]);
  });
});
