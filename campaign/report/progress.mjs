// The figures of each round that is over, a line each, in a file that a campaign which was cut off goes on with.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export class Progress {
  /**
   * @param file without it nothing is kept
   * @param campaign what its rounds are drawn from; a file of another one is refused
   */
  constructor(file, campaign) {
    this.file = file;
    this.campaign = JSON.stringify(campaign);
    const lines = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    // What stands behind the last line break was cut off, and whatever comes next has to begin on a line of its own.
    this.isTorn = lines.length > 0 && lines.at(-1) !== '';
    /** By number of the round. */
    this.rounds = new Map();
    for (const line of lines) this.take(line);
  }

  has(round) {
    return this.rounds.has(round);
  }

  /** @param figures `round`, `executions`, `faults` and how many have to strike at `least`, `counts` and what else its coverage has */
  keep(figures) {
    this.rounds.set(figures.round, figures);
    if (this.file === undefined) return;
    appendFileSync(this.file, `${this.isTorn ? '\n' : ''}${JSON.stringify({ campaign: this.campaign, ...figures })}\n`);
    this.isTorn = false;
  }

  /** @returns the figures of the rounds from one number to another, as far as they were played */
  between(first, last) {
    return [...this.rounds.values()].filter(({ round }) => round >= first && round <= last);
  }

  take(line) {
    const kept = parsed(line);
    if (kept === undefined) return;
    const { campaign, ...figures } = kept;
    if (campaign !== this.campaign) throw new Error(`${this.file} is of another campaign: ${campaign}, not ${this.campaign}`);
    this.rounds.set(figures.round, figures);
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
