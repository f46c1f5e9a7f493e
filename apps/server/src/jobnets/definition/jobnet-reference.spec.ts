import { readFileSync } from 'node:fs';
import { JOB_KEYS } from '#domain/jobnet/definition/read-job';
import { readDefinition } from './read-definition.js';

const page = readFileSync(new URL('../../../../../docs/jobnets.md', import.meta.url), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

describe('docs/jobnets.md', () => {
  it('has a row for each key of a job, and for no other', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
    expect(rows.sort()).toEqual([...JOB_KEYS].sort());
  });

  it('shows a jobnet that can be applied as it stands, with every key in it', () => {
    expect(readDefinition(example)).toMatchObject({ definition: { jobnet: 'nightly', jobs: [{ id: 'extract' }, { id: 'check', successCodes: [0, 4] }, { id: 'sum', onLost: 'rerun' }] } });
    for (const key of JOB_KEYS) expect(example).toMatch(new RegExp(`\\b${key}:`));
  });

  it('says which value wins as the server does', () => {
    expect(page).toContain('`parameters` of the jobnet, then of the job, then of the run, then `env`');
  });
});
