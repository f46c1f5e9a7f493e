import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Figures {
  readonly round: number;
  readonly executions: number;
  readonly faults: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly missed: Readonly<Record<string, number>>;
}

interface Progress {
  has(round: number): boolean;
  keep(figures: Figures): void;
  between(first: number, last: number): Figures[];
}

const { Progress: ProgressIn } = (await import(new URL('../../campaign/report/progress.mjs', import.meta.url).href)) as {
  Progress: new (file: string | undefined, campaign: object) => Progress;
};

const CAMPAIGN = { seed: 5, store: 'sqlite', servers: 1 };
let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kiroku-resume-spec-'));
  file = join(directory, 'progress');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function figuresOf(round: number): Figures {
  return { round, executions: 100 + round, faults: 5, counts: { 'a step\ncrash': round }, missed: {} };
}

/** As a campaign leaves it that has played these. */
function played(...rounds: number[]): void {
  const progress = new ProgressIn(file, CAMPAIGN);
  for (const round of rounds) progress.keep(figuresOf(round));
}

describe('the progress of a campaign', () => {
  it('is there again for the next one: which rounds are over, and their figures', () => {
    played(1, 3);
    const progress = new ProgressIn(file, CAMPAIGN);
    expect([1, 2, 3].map((round) => progress.has(round))).toEqual([true, false, true]);
    expect(progress.between(1, 10)).toEqual([figuresOf(1), figuresOf(3)]);
    expect(progress.between(2, 10)).toEqual([figuresOf(3)]);
  });

  it('leaves out a line that a kill cut off, wherever it was cut, and goes on behind it', () => {
    played(1, 2);
    const whole = readFileSync(file, 'utf8');
    const second = whole.indexOf('\n') + 1;
    for (let end = second + 1; end < whole.length - 1; end += 1) {
      rmSync(file);
      appendFileSync(file, whole);
      truncateSync(file, end);
      expect(new ProgressIn(file, CAMPAIGN).between(1, 10)).toEqual([figuresOf(1)]);
      played(3, 4);
      expect(new ProgressIn(file, CAMPAIGN).between(1, 10)).toEqual([1, 3, 4].map(figuresOf));
    }
  });

  it('counts a last line that only lacks its line break', () => {
    played(1, 2);
    truncateSync(file, readFileSync(file).length - 1);
    played(3);
    expect(new ProgressIn(file, CAMPAIGN).between(1, 10)).toEqual([1, 2, 3].map(figuresOf));
  });

  it.each([['seed', { seed: 6 }], ['store', { store: 'postgres' }], ['number of servers', { servers: 2 }]])('refuses a file of another %s, whose rounds were others', (_what, other) => {
    played(1);
    const campaign = { ...CAMPAIGN, ...other };
    expect(() => new ProgressIn(file, campaign)).toThrow(`is of another campaign: ${JSON.stringify(CAMPAIGN)}, not ${JSON.stringify(campaign)}`);
  });

  it('keeps nothing without a file', () => {
    const progress = new ProgressIn(undefined, CAMPAIGN);
    progress.keep(figuresOf(1));
    expect(progress.between(1, 1)).toEqual([figuresOf(1)]);
  });
});
