import fc from 'fast-check';
import { isRejection } from '../../rejection.js';
import { jobnetDecider } from '../jobnet.decider.js';
import type { JobnetDefinition } from '#events/definition';
import { checkDefinition } from './check-definition.js';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/);
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/).filter((value) => !value.startsWith('KIROKU_') && value !== '__proto__');
const variables = fc.dictionary(name, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 4 });
const word = text.filter((value) => value.trim() !== '');

const policy = fc.constantFrom('ask', 'fail', 'rerun');

const job = fc.record({
  command: fc.oneof(word, fc.tuple(word, fc.array(text, { maxLength: 3 })).map(([first, rest]) => [first, ...rest])),
  agent: id,
  successCodes: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 })),
  env: variables,
  parameters: variables,
  cwd: fc.string({ minLength: 1, unit: 'grapheme-ascii' }),
  onLost: policy,
  onUnknown: policy,
}, { requiredKeys: ['command', 'agent'] });

const taskJob = fc.record({ task: id, agent: id, parameters: variables, stopGraceSeconds: fc.nat({ max: 86_400 }) }, { requiredKeys: ['task', 'agent'] });

type Jobs = Map<string, Record<string, unknown> & { after: string[] }>;

/** Jobs that only come after jobs before them in a list; they are written in another order. */
const jobsOfDag = (minLength: number): fc.Arbitrary<Jobs> => fc.uniqueArray(id, { minLength, maxLength: 12 }).chain((ids) => fc.tuple(
  fc.tuple(...ids.map((_, index) => fc.tuple(fc.oneof({ weight: 3, arbitrary: job }, { weight: 1, arbitrary: taskJob }), fc.subarray(ids.slice(0, index))))),
  fc.shuffledSubarray(ids, { minLength: ids.length }),
).map(([jobs, order]) => {
  const ordered = new Map(ids.map((key, index) => [key, { ...jobs[index]?.[0], after: jobs[index]?.[1] ?? [] }]));
  return new Map(order.map((key) => [key, ordered.get(key) ?? { after: [] }]));
}));

const top = fc.record({ jobnet: id, onFailure: fc.constantFrom('hold', 'end'), parameters: variables }, { requiredKeys: ['jobnet'] });

/** The normal form, written as an author would. */
function printed({ jobs, ...rest }: JobnetDefinition): unknown {
  return { ...rest, jobs: new Map(jobs.map(({ id: key, ...each }) => [key, asWritten(each)])) };
}

/** What only commands have stands in the normal form of a task as well, and cannot be written there. */
function asWritten({ env, successCodes, ...job }: Omit<JobnetDefinition['jobs'][number], 'id'>): unknown {
  return job.task === undefined ? { ...job, env, successCodes } : job;
}

function accepted(document: unknown): JobnetDefinition {
  const reading = checkDefinition(document);
  if ('faults' in reading) throw new Error(reading.faults.map(({ message }) => message).join('\n'));
  return reading.definition;
}

describe('checking a definition', () => {
  it('accepts every graph without a cycle, and its normal form is stable', () => {
    fc.assert(fc.property(top, jobsOfDag(1), (rest, jobs) => {
      const definition = accepted({ ...rest, jobs });
      expect(definition.jobs.map((each) => each.id)).toEqual([...jobs.keys()]);
      expect(accepted(printed(definition))).toEqual(definition);
      expect(accepted(JSON.parse(JSON.stringify({ ...rest, jobs: Object.fromEntries(jobs) }))).jobs).toHaveLength(jobs.size);
    }), { numRuns: 200 });
  });

  it('answers faults or a definition for any JSON value', () => {
    const keys = fc.constantFrom('jobnet', 'jobs', 'onFailure', 'parameters', 'A1', 'A2', 'command', 'task', 'agent', 'after', 'successCodes', 'env', 'cwd', '__proto__', 'x');
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'medium' }, fc.constantFrom('A1', 'A2', 'hold', '', 0, 256, true, null), fc.string(), fc.array(tie('value')), fc.array(fc.tuple(keys, tie('value'))).map((entries) => Object.fromEntries(entries))),
    })).value;
    fc.assert(fc.property(fc.oneof(value, fc.jsonValue(), value.map((jobs) => ({ jobnet: 'A', jobs })), value.map((A1) => ({ jobnet: 'A', jobs: { A1 } }))), (document) => {
      const reading = checkDefinition(document);
      if ('faults' in reading) expect(reading.faults.length).toBeGreaterThan(0);
      else expect(reading.definition.jobs.length).toBeGreaterThan(0);
    }), { numRuns: 1_000 });
  });

  it('reports a back edge in such a graph as a cycle that is one', () => {
    fc.assert(fc.property(jobsOfDag(2), fc.nat(), (jobs, pick) => {
      const edges = [...jobs].flatMap(([to, { after }]) => after.map((from) => ({ from, to })));
      fc.pre(edges.length > 0);
      const { from, to } = edges[pick % edges.length] ?? { from: '', to: '' };
      jobs.get(from)?.after.push(to);
      const reading = checkDefinition({ jobnet: 'A', jobs });
      const cycles = 'faults' in reading ? reading.faults : [];
      expect(cycles.length).toBeGreaterThan(0);
      for (const { code, message, path } of cycles) {
        expect(code).toBe('cycle');
        const ids = /circle: (.*)\. None/.exec(message)?.[1]?.split(' → ') ?? [];
        expect(ids.length).toBeGreaterThan(2);
        expect(ids[0]).toBe(ids.at(-1));
        ids.slice(1).forEach((each, index) => expect(jobs.get(each)?.after).toContain(ids[index]));
        expect(path.slice(0, 3)).toEqual(['jobs', ids[0], 'after']);
        expect(jobs.get(ids[0] ?? '')?.after[Number(path[3])]).toBe(ids.at(-2));
      }
    }), { numRuns: 200 });
  });

  it('makes a definition that, defined twice, decides nothing', () => {
    fc.assert(fc.property(top, jobsOfDag(1), (rest, jobs) => {
      const define = () => ({ type: 'DefineJobnet', definition: accepted({ ...rest, jobs }) }) as const;
      const decided = jobnetDecider.decide(define(), jobnetDecider.initialState);
      const events = isRejection(decided) ? [] : decided;
      const state = events.reduce((before, event) => jobnetDecider.evolve(before, event, {} as Parameters<typeof jobnetDecider.evolve>[2]), jobnetDecider.initialState);
      expect(events).toHaveLength(1);
      expect(jobnetDecider.decide(define(), state)).toEqual([]);
    }));
  });
});
