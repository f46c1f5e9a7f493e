// How often each step was hit by which fault: by a crash exactly there, by any other while it was the newest step that the struck process had passed.
import { FAULTS } from '../draw/plan.mjs';
import { STEPS } from '../inject/steps.mjs';

export class Coverage {
  constructor() {
    this.counts = new Map();
    this.missed = new Map();
    this.faults = 0;
  }

  note(fault, step = '(before any step)') {
    const key = `${step}\n${fault}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.faults += 1;
  }

  miss(step) {
    this.missed.set(step, (this.missed.get(step) ?? 0) + 1);
  }

  count(step, fault) {
    return this.counts.get(`${step}\n${fault}`) ?? 0;
  }

  /** Steps at which nothing ever crashed. */
  unhit() {
    return STEPS.map(({ step }) => step).filter((step) => this.count(step, 'crash') === 0);
  }

  /** As Markdown, with the faults that came to pass. */
  table() {
    const steps = [...STEPS.map(({ step }) => step), '(before any step)'];
    const faults = FAULTS.filter((fault) => fault === 'crash' || steps.some((step) => this.count(step, fault) > 0));
    const rows = steps.map((step) => `| ${step} | ${faults.map((fault) => this.count(step, fault) || '').join(' | ')} |`);
    const sums = faults.map((fault) => steps.reduce((sum, step) => sum + this.count(step, fault), 0));
    return [`| step | ${faults.join(' | ')} |`, `|---|${'--:|'.repeat(faults.length)}`, ...rows, `| **all** | ${sums.join(' | ')} |`].join('\n');
  }
}
