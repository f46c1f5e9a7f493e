import { checkDefinition } from './check-definition.js';
import { written } from './document.js';

const jobnetWith = (job: unknown, rest: object = {}): unknown => ({ jobnet: 'A', jobs: { A1: job }, ...rest });
const jobWith = (rest: object): unknown => jobnetWith({ command: 'true', agent: 'local', ...rest });

function faultsOf(document: unknown) {
  const reading = checkDefinition(document);
  return 'faults' in reading ? reading.faults : [];
}

function jobOf(document: unknown) {
  const reading = checkDefinition(document);
  return 'definition' in reading ? reading.definition.jobs[0] : reading.faults;
}

describe('a jobnet without faults', () => {
  it('has every default filled in', () => {
    expect(checkDefinition(jobWith({}))).toEqual({
      definition: {
        jobnet: 'A', onFailure: 'hold', parameters: {},
        jobs: [{ id: 'A1', command: 'true', agent: 'local', after: [], successCodes: [0], env: {}, parameters: {} }],
      },
    });
  });

  it('keeps all that was written', () => {
    const A2 = { command: ['./load', '--full', ''], agent: 'a.b-c', after: ['A1'], successCodes: [3, 0, 3], env: { X: 1.5, Y: false, Z: '' }, cwd: '/srv', parameters: { P: 'p' }, stopGraceSeconds: 30 };
    expect(checkDefinition(jobnetWith({ command: 'true', agent: 'local' }, { onFailure: 'end', parameters: { DAY: 'today' }, jobs: { A1: { command: 'true', agent: 'local' }, A2 } })))
      .toMatchObject({ definition: { onFailure: 'end', parameters: { DAY: 'today' }, jobs: [{ id: 'A1' }, {
        ...A2, id: 'A2', successCodes: [3, 0], env: { X: '1.5', Y: 'false', Z: '' },
      }] } });
  });

  it('may have a task instead of a command, with all that tasks can have', () => {
    expect(jobOf(jobnetWith({ task: 'load-orders.v2', agent: 'local', parameters: { DAY: 1 }, stopGraceSeconds: 0 })))
      .toEqual({ id: 'A1', task: 'load-orders.v2', agent: 'local', after: [], successCodes: [0], env: {}, parameters: { DAY: '1' }, stopGraceSeconds: 0 });
  });

  it('may say what is done about what is lost, and about what its agent does not know; what is not written is not filled in', () => {
    expect(jobOf(jobWith({ onLost: 'rerun', onUnknown: 'fail' }))).toMatchObject({ onLost: 'rerun', onUnknown: 'fail' });
    expect(jobOf(jobWith({ onLost: 'ask' }))).toMatchObject({ onLost: 'ask' });
    expect(jobOf(jobWith({ onLost: 'ask' }))).not.toHaveProperty('onUnknown');
    expect(faultsOf(jobWith({ onLost: 'retry' }))).toMatchObject([{
      code: 'bad-value', path: ['jobs', 'A1', 'onLost'], message: expect.stringMatching(/Accepted: ask .*, fail .* or rerun \(once more, up to three times in a row\)/) as string,
    }]);
  });

  it('takes one id and one exit code for a list of one', () => {
    expect(jobOf({ jobnet: 'A', jobs: { A2: { command: 'x', agent: 'l', after: 'A1', successCodes: 1 }, A1: { command: 'x', agent: 'l' } } }))
      .toMatchObject({ after: ['A1'], successCodes: [1] });
  });

  it('takes numbers as they were written', () => {
    expect(jobOf(jobWith({ env: { VERSION: written(1.1, '1.10') }, command: ['chmod', written(644, '0644')] })))
      .toMatchObject({ env: { VERSION: '1.10' }, command: ['chmod', '0644'] });
  });

  it('keeps the order of a Map, where an object would put numbers first', () => {
    const job = { command: 'x', agent: 'l' };
    expect(checkDefinition({ jobnet: 'A', jobs: new Map([['B', job], ['1', job]]) })).toMatchObject({ definition: { jobs: [{ id: 'B' }, { id: '1' }] } });
  });

  it('may have ids and variables named like parts of an object', () => {
    const reading = checkDefinition({ jobnet: 'toString', jobs: { constructor: { command: 'x', agent: 'l', env: { constructor: 'c', valueOf: 'v' } } } });
    expect(reading).toMatchObject({ definition: { jobs: [{ id: 'constructor' }] } });
    expect('definition' in reading && Object.entries(reading.definition.jobs[0]?.env ?? {})).toEqual([['constructor', 'c'], ['valueOf', 'v']]);
  });

  it('may have 1,000 jobs in one chain', () => {
    const jobs = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`J${n}`, { command: 'x', agent: 'l', after: n === 0 ? [] : `J${n - 1}` }]));
    expect(faultsOf({ jobnet: 'A', jobs })).toEqual([]);
  });
});

describe('a fault', () => {
  it('of __proto__ is refused and pollutes nothing', () => {
    const document: unknown = JSON.parse('{"jobnet":"A","jobs":{"__proto__":{"command":"x","agent":"l","env":{"__proto__":"y"}}}}');
    expect(faultsOf(document).map(({ code, path }) => [code, path])).toEqual([
      ['bad-id', ['jobs', '__proto__']], ['reserved-name', ['jobs', '__proto__', 'env', '__proto__']],
    ]);
    expect(({} as { command?: unknown }).command).toBeUndefined();
  });

  it.each<[string, unknown, string, (string | number)[]]>([
    ['too many jobs', { jobnet: 'A', jobs: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`J${n}`, { command: 'x', agent: 'l' }])) }, 'too-many-jobs', ['jobs']],
    ['a definition too large', jobWith({ command: 'あ'.repeat(90_000) }), 'too-large', []],
    ['half a character', jobWith({ env: { X: '\ud83d' } }), 'broken-character', ['jobs', 'A1', 'env', 'X']],
    ['a list for a jobnet', [], 'wrong-type', []],
    ['nothing', undefined, 'wrong-type', []],
    ['a job of text', jobnetWith('true'), 'wrong-type', ['jobs', 'A1']],
    ['not a number', jobWith({ successCodes: Number.NaN }), 'bad-success-code', ['jobs', 'A1', 'successCodes']],
  ])('for %s is reported once', (_what, document, code, path) => {
    expect(faultsOf(document)).toMatchObject([{ code, path }]);
  });

  it('in a large cycle is drawn short', () => {
    const jobs = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`J${n}`, { command: 'x', agent: 'l', after: `J${(n + 999) % 1_000}` }]));
    const [fault, ...others] = faultsOf({ jobnet: 'A', jobs });
    expect(fault).toMatchObject({ code: 'cycle', path: ['jobs', 'J0', 'after'], message: expect.stringMatching(/J0 → J1 → .* → J19 → … \(977 more\) … → J997 → J998 → J999 → J0\./) as string });
    expect(others).toEqual([]);
  });

  it('is told each time, also a hundred thousand times', () => {
    const after = Array.from({ length: 100_000 }, (_, n) => `extract-the-partt-${n}`);
    const jobs = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`extract-the-part-${n}`, { command: 'x', agent: 'l', ...(n === 0 ? { after } : {}) }]));
    expect(faultsOf({ jobnet: 'A', jobs })).toHaveLength(100_000);
  });
});
