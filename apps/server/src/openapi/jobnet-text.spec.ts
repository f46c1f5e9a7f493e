import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { JOB_KEYS } from '#domain/jobnet/definition/read-job';
import { jobnetText } from '#protocol/jobnet-text';
import { readDefinition } from '../jobnets/definition/read-definition.js';

const examples = new URL('../../../../examples/', import.meta.url);
const texts = readdirSync(examples).filter((name) => name.endsWith('.yaml')).map((name) => ({ name, text: readFileSync(new URL(name, examples), 'utf8') }))
  .filter(({ text }) => /^jobnet:/m.test(text) && !/^schedule:/m.test(text));

describe('the schema of a jobnet\'s text, which only tells', () => {
  it.each(texts)('takes what the reader takes: $name', ({ text }) => {
    expect(readDefinition(text)).toHaveProperty('definition');
    expect(jobnetText.safeParse(parse(text)).error?.issues).toBeUndefined();
  });

  it('knows the keys of a job that the reader knows', () => {
    expect(jobnetText.safeParse({ jobnet: 'A', jobs: { A1: { agent: 'local', command: 'x', colour: 'red' } } }).success).toBe(false);
    const written = { after: ['A0'], successCodes: [0, 3], env: { A: 1 }, cwd: '.', parameters: { B: true }, stopGraceSeconds: 5, onLost: 'ask', onUnknown: 'rerun',
      delaySeconds: 5, timeout: { seconds: 5 }, retry: { limit: 1, exitCodes: [75], on: 'failed' } };
    expect([...Object.keys(written), 'command', 'agent', 'task'].sort()).toEqual([...JOB_KEYS].sort());
    const jobs = { A0: { agent: 'local', task: 'work' }, A1: { agent: 'local', command: ['x'], ...written } };
    expect(jobnetText.safeParse({ jobnet: 'A', jobs }).error?.issues).toBeUndefined();
    expect(readDefinition(JSON.stringify({ jobnet: 'A', jobs }))).toHaveProperty('definition');
  });
});
