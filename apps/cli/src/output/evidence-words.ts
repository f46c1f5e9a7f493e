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
  if (evidence.kind === 'confirmed') return `confirmed ${localTime(newest(evidence), nowMs)}`.trimEnd();
  const words = WORDS[evidence.kind] ?? evidence.kind;
  if (evidence.since === undefined) return words;
  return `${words} since ${localTime(evidence.since, nowMs)} (${ageWords(nowMs - Date.parse(evidence.since))})`;
}

/** `confirmed 12:03:10, agent last heard of 12:05:09`: the evidence, and beside it the live contact of the agent, which is none. */
export function knownWords({ evidence, lastContactAt }: { readonly evidence: Evidence; readonly lastContactAt?: string | undefined }, nowMs: number): string {
  return [evidenceWords(evidence, nowMs), lastContactAt === undefined ? '' : `agent last heard of ${localTime(lastContactAt, nowMs)}`].filter((words) => words !== '').join(', ');
}

/** A session that has it in its inventory confirms it too, and so does a word about it since. */
function newest({ since, lastHeardAt }: Evidence): string | undefined {
  if (since === undefined || lastHeardAt === undefined) return since ?? lastHeardAt;
  return Date.parse(since) > Date.parse(lastHeardAt) ? since : lastHeardAt;
}
