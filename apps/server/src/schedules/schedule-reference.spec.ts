import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { scheduleText } from '#protocol/schedules';
import { scheduleIn } from './read-schedule.js';

const page = readFileSync(new URL('../../../../docs/scheduling.md', import.meta.url), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const documents = example.split(/^---\n/m);
const keys = Object.keys(scheduleText.shape).sort();

/** Of the table of keys: what each does without it. */
const usual = new Map([...page.matchAll(/^\| `(\w+)` \| .+ \| (.*) \|$/gm)].map(([, key = '', without = '']) => [key, without.replaceAll('`', '')]));

describe('docs/scheduling.md', () => {
  it('has a row for each key of a schedule, and for no other', () => {
    expect([...page.matchAll(/^\| `(\w+)` \| .+ \| .*\|$/gm)].map(([, key]) => key).sort()).toEqual(keys);
  });

  it('shows schedules that can be applied as they stand, with every key in them', () => {
    expect(documents.map((text) => scheduleIn(text).rule.kind)).toEqual(['cron', 'every', 'at', 'once']);
    const shown = parseAllDocuments(example).flatMap((document) => Object.keys(document.toJS() as object));
    expect([...new Set(shown)].sort()).toEqual(keys);
  });

  it('says what holds without a key as the server does', () => {
    const { rule, ...plain } = scheduleIn('schedule: a\njobnet: A\nevery: 1h\n') as unknown as Record<string, unknown> & { rule: object };
    for (const key of ['timeZone', 'closed', 'shift', 'gap', 'misfire', 'overlap']) expect([key, usual.get(key)]).toEqual([key, String(plain[key])]);
    expect(rule).toMatchObject({ from: usual.get('from'), until: usual.get('until') });
  });

  it('names every policy for missed starts', () => {
    const named = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \|$/gm)].map(([, policy]) => policy);
    expect(named).toEqual(['misfire', 'runAll', 'runLatest', 'skip', 'ask']);
  });
});
