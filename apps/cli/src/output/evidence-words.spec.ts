import type { Evidence } from '#protocol/api';
import { at } from '../testing/views.js';
import { evidenceWords, knownWords } from './evidence-words.js';

const since = new Date(2026, 10, 22, 12, 3, 10);
const now = since.getTime() + 185_000;
const at12 = at(since.toISOString());
/** Days before: a job that runs for long, whose agent has come back since. */
const earlier = at(new Date(2026, 10, 19, 9, 0, 0).toISOString());

describe('evidence in words', () => {
  it.each<[Evidence | undefined, string]>([
    [undefined, ''],
    [{ kind: 'none' }, ''],
    [{ kind: 'confirmed', since: at12 }, 'confirmed 12:03:10'],
    [{ kind: 'confirmed', since: at12, lastHeardAt: earlier }, 'confirmed 12:03:10'],
    [{ kind: 'confirmed', since: earlier, lastHeardAt: at12 }, 'confirmed 12:03:10'],
    [{ kind: 'silent', since: at12, lastHeardAt: earlier }, 'silent since 12:03:10 (3 min)'],
    [{ kind: 'unreachable', since: at12 }, 'agent unreachable since 12:03:10 (3 min)'],
    [{ kind: 'unknown-to-agent', since: at12 }, 'not known to the agent since 12:03:10 (3 min)'],
    [{ kind: 'silent' }, 'silent'],
  ])('says %j as "%s"', (evidence, words) => expect(evidenceWords(evidence, now)).toBe(words));

  it('keeps a word that a newer server has', () => {
    expect(evidenceWords({ kind: 'dreaming', since: at12 } as unknown as Evidence, now)).toBe('dreaming since 12:03:10 (3 min)');
  });

  it('have the live contact of the agent beside them', () => {
    const lastContactAt = at(new Date(2026, 10, 22, 12, 6, 9).toISOString());
    expect(knownWords({ evidence: { kind: 'confirmed', since: at12 }, lastContactAt }, now)).toBe('confirmed 12:03:10, agent last heard of 12:06:09');
    expect(knownWords({ evidence: { kind: 'none' }, lastContactAt }, now)).toBe('agent last heard of 12:06:09');
    expect(knownWords({ evidence: { kind: 'confirmed', since: at12 } }, now)).toBe('confirmed 12:03:10');
  });
});
