// How often each step was hit by which fault: by a crash exactly there, by any other while it was the newest step that the struck process had passed.
import { faultsOf } from '../draw/plan.mjs';
import { stepsOf } from '../inject/steps.mjs';

export class Coverage {
  /** @param setting the store and the number of servers: what there is to be struck, and by what */
  constructor(setting) {
    this.setting = setting;
    this.counts = new Map();
    this.missed = new Map();
  }

  note(fault, step = '(before any step)') {
    add(this.counts, `${step}\n${fault}`, 1);
  }

  /** Armed for it, and nothing came there. */
  miss(step) {
    add(this.missed, step, 1);
  }

  /** As it can be written down, and taken over by another. */
  get figures() {
    return { counts: Object.fromEntries(this.counts), missed: Object.fromEntries(this.missed) };
  }

  take({ counts, missed }) {
    for (const [key, count] of Object.entries(counts)) add(this.counts, key, count);
    for (const [step, count] of Object.entries(missed)) add(this.missed, step, count);
  }

  count(step, fault) {
    return this.counts.get(`${step}\n${fault}`) ?? 0;
  }

  /** Steps at which nothing ever crashed, and how often something was armed for them. */
  unhit() {
    return stepsOf(this.setting).filter(({ step }) => this.count(step, 'crash') === 0).map(({ step }) => `${step} (armed ${this.missed.get(step) ?? 0} times)`);
  }

  /** As Markdown, with the faults that came to pass. */
  table() {
    const steps = [...stepsOf(this.setting).map(({ step }) => step), '(before any step)'];
    const faults = faultsOf(this.setting).filter((fault) => fault === 'crash' || steps.some((step) => this.count(step, fault) > 0));
    const rows = steps.map((step) => `| ${step} | ${faults.map((fault) => this.count(step, fault) || '').join(' | ')} |`);
    const sums = faults.map((fault) => steps.reduce((sum, step) => sum + this.count(step, fault), 0));
    return [`| step | ${faults.join(' | ')} |`, `|---|${'--:|'.repeat(faults.length)}`, ...rows, `| **all** | ${sums.join(' | ')} |`].join('\n');
  }
}

function add(counts, key, more) {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
