import type { Evidence } from '#protocol/api';
import { ageWords, localTime } from './time-words.js';

const WORDS: Record<string, string> = {
  silent: 'silent',
  unreachable: 'agent unreachable',
  'unknown-to-agent': 'not known to the agent',
  orphaned: 'orphaned (its wrapper is gone, a process of it lives)',
};

/** What is known about an execution, in words: `silent since 12:03:10 (3 min)`. Nothing for `none`. */
export function evidenceWords(evidence: Evidence | undefined, nowMs: number): string {
  if (evidence === undefined || evidence.kind === 'none') return '';
  if (evidence.kind === 'confirmed') return `confirmed ${localTime(evidence.lastHeardAt ?? evidence.since, nowMs)}`.trimEnd();
  const words = WORDS[evidence.kind] ?? evidence.kind;
  if (evidence.since === undefined) return words;
  return `${words} since ${localTime(evidence.since, nowMs)} (${ageWords(nowMs - Date.parse(evidence.since))})`;
}
