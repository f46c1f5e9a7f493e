// How often each step was hit by which fault: by a crash exactly there, by any other while it was the newest step that the struck process had passed.
import { FAULTS, faultsOf } from '../draw/plan.mjs';
import { stepsOf } from '../inject/steps.mjs';

const BEFORE_ANY = '(before any step)';

export class Coverage {
  /** @param setting the store and the number of servers: what there is to be struck, and by what */
  constructor(setting) {
    this.setting = setting;
    this.counts = new Map();
    this.missed = new Map();
    /** By fault. One that meets two processes stands at the step of each, and is one. */
    this.struck = new Map();
  }

  note(fault, ...steps) {
    for (const step of steps) add(this.counts, `${step ?? BEFORE_ANY}\n${fault}`, 1);
    add(this.struck, fault, 1);
  }

  /** Armed for a step, and nothing came there; or a fault, and there was nothing to strike. */
  miss(what) {
    add(this.missed, what, 1);
  }

  /** As it can be written down, and taken over by another. */
  get figures() {
    return { counts: Object.fromEntries(this.counts), missed: Object.fromEntries(this.missed), struck: Object.fromEntries(this.struck) };
  }

  take(figures) {
    for (const name of ['counts', 'missed', 'struck']) for (const [key, count] of Object.entries(figures[name])) add(this[name], key, count);
  }

  count(step, fault) {
    return this.counts.get(`${step}\n${fault}`) ?? 0;
  }

  /** Steps at which nothing ever crashed, and how often something was armed for them. */
  unhit() {
    return stepsOf(this.setting).filter(({ step }) => this.count(step, 'crash') === 0).map(({ step }) => `${step} (armed ${this.missed.get(step) ?? 0} times)`);
  }

  /** Faults from outside that found nothing to strike, and how often. */
  idle() {
    return FAULTS.filter((fault) => this.missed.has(fault)).map((fault) => `${fault} (${this.missed.get(fault)} times)`);
  }

  /** As Markdown, with the faults that came to pass. */
  table() {
    const steps = [...stepsOf(this.setting).map(({ step }) => step), BEFORE_ANY];
    const faults = faultsOf(this.setting).filter((fault) => fault === 'crash' || steps.some((step) => this.count(step, fault) > 0));
    const rows = steps.map((step) => `| ${step} | ${faults.map((fault) => this.count(step, fault) || '').join(' | ')} |`);
    const sums = faults.map((fault) => this.struck.get(fault) ?? 0);
    return [`| step | ${faults.join(' | ')} |`, `|---|${'--:|'.repeat(faults.length)}`, ...rows, `| **all** | ${sums.join(' | ')} |`].join('\n');
  }
}

function add(counts, key, more) {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
