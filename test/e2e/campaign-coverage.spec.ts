interface Figures {
  readonly counts: Readonly<Record<string, number>>;
  readonly missed: Readonly<Record<string, number>>;
  readonly struck: Readonly<Record<string, number>>;
}

interface Coverage {
  note(fault: string, ...steps: (string | undefined)[]): void;
  miss(what: string): void;
  take(figures: Figures): void;
  readonly figures: Figures;
  unhit(): string[];
  idle(): string[];
  table(): string;
}

interface Fault {
  readonly kind: string;
  readonly step?: string;
  readonly server: string;
}

interface Plan {
  readonly faults: readonly Fault[];
  readonly spares: readonly Fault[];
  readonly least: number;
}

type Round = Figures & { readonly round: number; readonly executions: number; readonly faults: number; readonly least: number };

const load = async <Module>(path: string) => (await import(new URL(`../../campaign/${path}`, import.meta.url).href)) as Module;
const { Coverage: CoverageOf } = await load<{ Coverage: new (setting: object) => Coverage }>('report/coverage.mjs');
const { verdictOn, brokenLines } = await load<{
  verdictOn: (played: readonly Round[], setting: object, seed: number) => { lines: string[]; isHeld: boolean };
  brokenLines: (broken: object, campaign: object) => string[];
}>('report/verdict.mjs');
const { Broken, findingOf } = await load<{ Broken: new (law: number, what: string) => Error; findingOf: (error: unknown) => { law?: number; what: string } }>('check/broken.mjs');
const { planOf } = await load<{ planOf: (seed: number, round: number, given: object) => Plan }>('draw/plan.mjs');
const { stepsOf } = await load<{ stepsOf: (setting: object) => { step: string }[] }>('inject/steps.mjs');

const SQLITE = { store: 'sqlite', servers: 1 };
const STEPS = stepsOf(SQLITE).map(({ step }) => step);
const CLAIMED = 'wrapper: claimed, before the job';

/** A coverage in which something has crashed at all of these. */
function crashedAt(steps: readonly string[]): Coverage {
  const coverage = new CoverageOf(SQLITE);
  for (const step of steps) coverage.note('crash', step);
  return coverage;
}

describe('the coverage of a campaign', () => {
  it('names each step at which nothing has crashed, and how often something was armed for it', () => {
    const coverage = crashedAt(STEPS.filter((step) => step !== CLAIMED));
    expect(coverage.unhit()).toEqual([`${CLAIMED} (armed 0 times)`]);
    coverage.miss(CLAIMED);
    coverage.miss(CLAIMED);
    expect(coverage.unhit()).toEqual([`${CLAIMED} (armed 2 times)`]);
  });

  it('counts a step as hit by a crash alone, not by what else strikes there', () => {
    const coverage = crashedAt(STEPS.filter((step) => step !== CLAIMED));
    coverage.note('kill-agent', CLAIMED);
    expect(coverage.unhit()).toHaveLength(1);
    coverage.note('crash', CLAIMED);
    expect(coverage.unhit()).toEqual([]);
  });

  it('asks for no step that the store or the servers do not have', () => {
    const timers = 'server: the timers are taken over';
    expect(crashedAt([]).unhit()).toHaveLength(STEPS.length);
    expect(STEPS).not.toContain(timers);
    expect(new CoverageOf({ store: 'postgres', servers: 2 }).unhit()).toContain(`${timers} (armed 0 times)`);
  });

  it('takes over what rounds before it have counted', () => {
    const [before, after] = [crashedAt(STEPS.slice(1)), crashedAt(STEPS.slice(0, 1))];
    before.miss('second-agent');
    after.take(JSON.parse(JSON.stringify(before.figures)) as Figures);
    expect(after.unhit()).toEqual([]);
    expect(after.idle()).toEqual(['second-agent (1 times)']);
  });

  it('counts what meets two processes once, and shows it at the step of each', () => {
    const coverage = crashedAt([]);
    coverage.note('kill-both', 'server: a word came', undefined);
    expect(coverage.figures.struck).toEqual({ 'kill-both': 1 });
    const rows = coverage.table().split('\n').map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.filter((row) => row[3] === '1').map((row) => row[1])).toEqual(['server: a word came', '(before any step)', '**all**']);
  });
});

describe('the end of a campaign', () => {
  const roundOf = (coverage: Coverage, figures: Partial<Round> = {}) => ({ round: 1, executions: 100, faults: 5, least: 5, ...coverage.figures, ...figures });
  const all = crashedAt(STEPS);

  it('is that it held, with its sums', () => {
    const { lines, isHeld } = verdictOn([roundOf(all), roundOf(all, { round: 2, faults: 6 })], SQLITE, 7);
    expect(isHeld).toBe(true);
    expect(lines.at(-1)).toBe('held: 2 rounds, 11 faults, 200 executions, 0 lost, 0 doubled');
  });

  it('is a failure when a round had fewer faults than it was to have', () => {
    const { lines, isHeld } = verdictOn([roundOf(all), roundOf(all, { round: 2, faults: 4 })], SQLITE, 7);
    expect(isHeld).toBe(false);
    expect(lines.slice(-2)).toEqual(['round 2: only 4 faults struck, and not 5', 'too few faults struck in a round: the campaign has not tried what it is for, seed 7']);
  });

  it('is a failure when a step was never hit, from a hundred rounds on', () => {
    const but = roundOf(crashedAt(STEPS.filter((step) => step !== CLAIMED)));
    const rounds = Array.from({ length: 100 }, (_, index) => ({ ...but, round: index + 1 }));
    expect(verdictOn(rounds.slice(1), SQLITE, 7).isHeld).toBe(true);
    const { lines, isHeld } = verdictOn(rounds, SQLITE, 7);
    expect(isHeld).toBe(false);
    expect(lines).toContain(`no crash at: ${CLAIMED} (armed 0 times)`);
    expect(lines.at(-1)).toContain('a step was never hit in 100 rounds');
  });
});

describe('a round that did not hold', () => {
  const told = (error: unknown) => brokenLines({ ...findingOf(error), story: ['a line'], directory: 'kept-here', round: 3 }, { seed: 7, only: ['cut'], ...SQLITE });

  it('is told with its law, and with how to see it again', () => {
    expect(told(new Broken(4, 'a result is missing'))).toEqual([
      '\nround 3: a result is missing', '  a line', 'kept: kept-here', 'again: npm run campaign -- --seed 7 --rounds 1 --first 3 --only cut', 'broken: law 4, seed 7',
    ]);
  });

  it('says so where it is the campaign itself that failed, and names no law', () => {
    const lines = told(new TypeError('that is no function'));
    expect(lines[0]).toContain('round 3: the campaign itself failed: TypeError: that is no function');
    expect(lines.at(-1)).toBe('failed: the campaign itself, seed 7');
    expect(lines.join('\n')).not.toContain('law');
  });
});

describe('what is drawn for a round', () => {
  const draw = (round: number, given: object = {}) => planOf(5, round, { runs: 20, ...SQLITE, ...given });
  const rounds = Array.from({ length: 120 }, (_, index) => index + 1);

  it('is the same again for the same seed and number', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('has five faults at least, and others that strike in the place of those that do not', () => {
    expect(rounds.map((round) => draw(round)).filter(({ faults, least }) => least !== 5 || faults.length < least)).toEqual([]);
    expect(rounds.map((round) => draw(round).spares.length).filter((length) => length < 10)).toEqual([]);
  });

  it('takes what strikes in the place of others from what was asked for', () => {
    const { faults, spares, least } = draw(1, { only: ['cut', 'kill-agent'] });
    expect(least).toBe(faults.length);
    expect(new Set(spares.map(({ kind }) => kind))).toEqual(new Set(['cut', 'kill-agent']));
    expect(new Set(draw(1, { only: ['crash'] }).spares.map(({ kind }) => kind))).toEqual(new Set(['crash']));
  });

  it('takes nothing that costs results in the place of others', () => {
    const kinds = new Set(rounds.flatMap((round) => draw(round).spares.map(({ kind }) => kind)));
    expect(['journal-lost', 'reboot', 'journal-rollback', 'log-restore', 'crash'].filter((kind) => kinds.has(kind))).toEqual([]);
  });

  it('lets every step have its turn within a hundred rounds, four times at least', () => {
    const turns = rounds.slice(0, 100).flatMap((round) => draw(round).faults.flatMap(({ step }) => step ?? []));
    expect(STEPS.filter((step) => turns.filter((each) => each === step).length < 4)).toEqual([]);
  });
});
