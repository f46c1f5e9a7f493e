import type { CliContext } from '../cli-context.js';

export type Paint = (text: string) => string;

const CODES: Record<string, number> = {
  succeeded: 32, connected: 32,
  running: 36, dispatched: 36,
  failed: 31, lost: 31, stopped: 31, failing: 31, orphaned: 31, 'unknown-to-agent': 31, 'log-behind-agent': 31,
  held: 33, retrying: 33, skipped: 33, silent: 33, unreachable: 33, away: 33,
  waiting: 2, delayed: 2, ready: 2, closed: 2,
};

/** The colours of states, statuses and evidence. A word that this version does not know stays as it is. */
export type Colours = (word: string) => Paint;

const plain: Paint = (text) => text;

/** Colour only where a person looks (https://no-color.org). */
export function coloursFor(context: Pick<CliContext, 'env' | 'stdout'>): Colours {
  if (context.stdout.isTTY !== true || context.env['NO_COLOR'] || context.env['TERM'] === 'dumb') return () => plain;
  return (word) => {
    const code = CODES[word];
    return code === undefined ? plain : (text) => `\u001b[${code}m${text}\u001b[0m`;
  };
}
