import { randomFrom } from '../../support/random.js';
import type { Way } from '../../support/tcp-proxy.js';

/** The acceptance scenarios that are played at random moments. */
export const SCENARIOS = [1, 2, 4, 5, 6, 9, 10, 11] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What runs: A1, and A2 (and A3) after it. All times in milliseconds. */
export interface Shape {
  readonly jobs: 2 | 3;
  /** With three jobs: A3 after A2, or beside it. */
  readonly order: 'row' | 'fork';
  readonly lastsMs: number;
  readonly outputBytes: number;
  /** Of A1, declared as its success: what is shown is the real one, not a guess. */
  readonly exitCode: number;
}

/** An observed fact, and so long after it. Bytes and answers are those of the agent's link since the run's start was asked for. */
export type Moment = { readonly plusMs: number } & (
  | { readonly after: 'begin A1' | 'end A1' | 'JobDispatched A1' | 'JobStarted A1' | 'JobFinished A1' }
  | { readonly after: 'bytes up' | 'bytes down' | 'answers'; readonly count: number }
);

type Struck = 'link' | 'server' | 'agent';

/** The server is killed so long after its start, and stays away for so long. */
export interface Outage {
  readonly afterMs: number;
  readonly awayMs: number;
}

/** What goes that way on the agent's link gets lost after so many bytes or whole answers more, until the link is cut, by whatever is struck. */
export interface Loss {
  readonly way: Way;
  readonly after: number;
  readonly unit: 'bytes' | 'answers';
  /** From the fact that the scenario waits for, or from the loss before, to the strike. */
  readonly forMs: number;
  readonly strikes: Struck;
}

/** One server or agent is killed and started again, beside what else happens. */
interface Disturbance {
  readonly strikes: 'nothing' | 'server' | 'agent';
  readonly plusMs: number;
  readonly awayMs: number;
}

export type PlanOf<Number extends Scenario> = Extract<Plan, { scenario: Number }>;

export type Plan = { readonly seed: number; readonly shape: Shape } & (
  | {
    readonly scenario: 1; readonly strike: Moment; readonly until: 'A1 has ended' | number; readonly thenMs: number; readonly outages: readonly Outage[];
    /** From A1's start on so many bytes more of what the agent says get through: its result is on the way when the server dies. */
    readonly heardBytes: 'all' | number;
  }
  | {
    readonly scenario: 2; readonly strike: Moment; readonly first: 'server' | 'agent'; readonly gapMs: number; readonly agentBackMs: number;
    readonly endPlusMs: number; readonly agentAgain: readonly Outage[]; readonly back: 'server' | 'agent'; readonly backGapMs: number;
  }
  | { readonly scenario: 4; readonly losses: readonly [Loss, ...Loss[]] }
  | { readonly scenario: 5; readonly losses: readonly [Loss, ...Loss[]] }
  | { readonly scenario: 6; readonly start: 'answered, never sent' | 'unanswered'; readonly plusMs: number; readonly agentToo: 'no' | 'before the server' | 'after the server'; readonly gapMs: number; readonly outages: readonly Outage[] }
  | {
    readonly scenario: 9; readonly agent: 'there' | 'away'; readonly noticed: boolean; readonly killPlusMs: number; readonly rerunPlusMs: number; readonly firstExitCode: number;
    readonly firstEnds: 'while the agent is away' | 'after the re-run' | 'beside the second' | 'after the second' | 'after the run'; readonly endsPlusMs: number; readonly disturbance: Disturbance;
  }
  | {
    readonly scenario: 10; readonly agent: 'there' | 'away'; readonly killPlusMs: number; readonly stopWaitsFor: 'begin A1' | 'end A1' | 'JobDispatched A1'; readonly stopPlusMs: number;
    readonly backPlusMs: number; readonly disturbance: Disturbance;
  }
  | {
    readonly scenario: 11; readonly noticed: boolean; readonly killPlusMs: number; readonly skipPlusMs: number; readonly firstExitCode: number;
    readonly ends: 'before the agent is back' | 'after'; readonly endsPlusMs: number; readonly backPlusMs: number; readonly disturbance: Disturbance;
  }
);

/** The same seed makes the same plan, for ever on one version of this file. */
export function planOf(scenario: Scenario, seed: number): Plan {
  const draw = new Draw(randomFrom(seed));
  const common = { seed, shape: shapeFrom(draw) };
  switch (scenario) {
    case 1: return { ...common, scenario, ...serverDies(draw, common.shape) };
    case 2: return { ...common, scenario, ...bothDie(draw, common.shape) };
    case 4: return { ...common, scenario, losses: [resultUnanswered(draw), ...lossesAfter(draw)] };
    case 5: return { ...common, scenario, losses: [dispatchUnanswered(draw, common.shape), ...lossesAfter(draw)] };
    case 6: return { ...common, scenario, ...decidedNotSent(draw) };
    case 9: return { ...common, scenario, ...rerunBeside(draw) };
    case 10: return { ...common, scenario, ...stopMeetsEnd(draw, common.shape) };
    case 11: return { ...common, scenario, ...skippedWhileAway(draw) };
  }
}

/** All of a plan on one line, with the seed that repeats it. */
export function lineOf({ scenario, seed, ...plan }: Plan): string {
  return `scenario ${scenario}, seed ${seed}: plan ${JSON.stringify(plan).replaceAll('"', '')}`;
}

class Draw {
  constructor(private readonly random: () => number) {}

  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  oneOf<const Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[this.between(0, choices.length - 1)] ?? choices[0];
  }

  upTo<Each>(most: number, each: () => Each): Each[] {
    return Array.from({ length: this.between(0, most) }, each);
  }
}

function shapeFrom(draw: Draw): Shape {
  return {
    jobs: draw.oneOf([2, 3]), order: draw.oneOf(['row', 'fork']), lastsMs: draw.between(100, 1_200),
    outputBytes: draw.oneOf([0, 1, 4_096, 4_097, draw.between(2, 3_000_000)]), exitCode: draw.between(0, 99),
  };
}

function outage(draw: Draw): Outage {
  return { afterMs: draw.between(0, 600), awayMs: draw.between(0, 300) };
}

function serverDies(draw: Draw, { lastsMs }: Shape): Omit<PlanOf<1>, 'seed' | 'shape' | 'scenario'> {
  const outages = draw.upTo(2, () => outage(draw));
  const thenMs = draw.between(0, 500);
  switch (draw.oneOf(['while A1 runs', 'with its result on the way', 'at any moment'])) {
    case 'while A1 runs': return { strike: { after: draw.oneOf(['begin A1', 'JobStarted A1']), plusMs: draw.between(0, lastsMs) }, heardBytes: 'all', until: 'A1 has ended', thenMs, outages };
    case 'with its result on the way': return { strike: { after: 'end A1', plusMs: draw.between(0, 300) }, heardBytes: draw.between(0, 800), until: draw.between(0, 500), thenMs, outages };
    case 'at any moment': return { strike: anyMoment(draw), heardBytes: 'all', until: draw.between(0, 1_500), thenMs, outages };
  }
}

/** Of the link: what a run of two jobs makes is about four answers and 4,000 bytes each way. */
function anyMoment(draw: Draw): Moment {
  const after = draw.oneOf(['JobDispatched A1', 'JobFinished A1', 'end A1', 'bytes up', 'bytes down', 'answers']);
  switch (after) {
    case 'answers': return { after, count: draw.between(1, 6), plusMs: 0 };
    case 'bytes up':
    case 'bytes down': return { after, count: draw.between(1, 4_000), plusMs: 0 };
    case 'JobDispatched A1':
    case 'JobFinished A1':
    case 'end A1': return { after, plusMs: draw.between(0, 60) };
  }
}

function bothDie(draw: Draw, { lastsMs }: Shape): Omit<PlanOf<2>, 'seed' | 'shape' | 'scenario'> {
  return {
    strike: { after: draw.oneOf(['begin A1', 'JobStarted A1']), plusMs: draw.between(0, lastsMs) },
    first: draw.oneOf(['server', 'agent']), gapMs: draw.between(0, 200), agentBackMs: draw.between(0, 800), endPlusMs: draw.between(0, 800),
    agentAgain: draw.upTo(2, () => outage(draw)), back: draw.oneOf(['server', 'agent']), backGapMs: draw.between(0, 800),
  };
}

/** An acknowledgement of a result is some 400 bytes long, head included: it is lost as a whole, or somewhere in it. */
function resultUnanswered(draw: Draw): Loss {
  return { way: 'down', unit: 'bytes', after: draw.oneOf([0, 0, draw.between(1, 600)]), forMs: draw.between(0, 400), strikes: draw.oneOf(['link', 'server', 'agent']) };
}

/** Upwards the report that A1 was accepted, downwards the frame itself, or the answer to the report. */
function dispatchUnanswered(draw: Draw, { lastsMs }: Shape): Loss {
  const forMs = draw.between(0, lastsMs + 300);
  const strikes = draw.oneOf(['link', 'server', 'agent']);
  const way = draw.oneOf(['up', 'up', 'down']);
  return { way, unit: 'bytes', after: way === 'up' ? draw.oneOf([0, 0, draw.between(1, 1_500)]) : draw.between(0, 1_500), forMs, strikes };
}

/** The sessions after it: their hello, their stream or their first acknowledgement is lost as well. */
function lossesAfter(draw: Draw): Loss[] {
  return draw.upTo(2, () => {
    const [forMs, strikes] = [draw.between(50, 1_200), draw.oneOf(['link', 'link', 'server', 'agent'])];
    return draw.oneOf<Loss>([
      { way: 'down', unit: 'answers', after: draw.between(0, 3), forMs, strikes },
      { way: 'down', unit: 'bytes', after: draw.between(0, 1_500), forMs, strikes },
      { way: 'up', unit: 'bytes', after: draw.between(0, 2_000), forMs, strikes },
    ]);
  });
}

function decidedNotSent(draw: Draw): Omit<PlanOf<6>, 'seed' | 'shape' | 'scenario'> {
  const start = draw.oneOf(['answered, never sent', 'unanswered']);
  return {
    start, plusMs: draw.between(0, start === 'unanswered' ? 40 : 200), agentToo: draw.oneOf(['no', 'before the server', 'after the server']), gapMs: draw.between(0, 400),
    outages: draw.upTo(2, () => outage(draw)),
  };
}

function disturbance(draw: Draw): Disturbance {
  return { strikes: draw.oneOf(['nothing', 'server', 'agent']), plusMs: draw.between(0, 1_000), awayMs: draw.between(0, 300) };
}

function rerunBeside(draw: Draw): Omit<PlanOf<9>, 'seed' | 'shape' | 'scenario'> {
  const agent = draw.oneOf(['there', 'away', 'away']);
  const later = ['after the re-run', 'beside the second', 'after the second', 'after the run'] as const;
  return {
    agent, noticed: draw.oneOf([true, false]), killPlusMs: draw.between(0, 300), rerunPlusMs: draw.between(0, 300), firstExitCode: draw.oneOf([0, draw.between(1, 99)]),
    firstEnds: agent === 'there' ? draw.oneOf(later) : draw.oneOf(['while the agent is away', ...later]), endsPlusMs: draw.between(0, 400), disturbance: disturbance(draw),
  };
}

/** Half of the stops come around the very end of A1, where they race with it. */
function stopMeetsEnd(draw: Draw, { lastsMs }: Shape): Omit<PlanOf<10>, 'seed' | 'shape' | 'scenario'> {
  const stopWaitsFor = draw.oneOf(['begin A1', 'begin A1', 'end A1', 'JobDispatched A1']);
  const atItsEnd = stopWaitsFor === 'begin A1' && draw.oneOf([true, false]);
  const stopPlusMs = stopWaitsFor === 'begin A1' ? draw.between(atItsEnd ? Math.max(0, lastsMs - 60) : 0, lastsMs + (atItsEnd ? 60 : 200)) : draw.between(0, 60);
  const agent = stopWaitsFor === 'JobDispatched A1' ? 'there' : draw.oneOf(['there', 'away']);
  return { agent, killPlusMs: draw.between(0, lastsMs), stopWaitsFor, stopPlusMs, backPlusMs: draw.between(0, 600), disturbance: disturbance(draw) };
}

function skippedWhileAway(draw: Draw): Omit<PlanOf<11>, 'seed' | 'shape' | 'scenario'> {
  return {
    noticed: draw.oneOf([true, false]), killPlusMs: draw.between(0, 300), skipPlusMs: draw.between(0, 300), firstExitCode: draw.oneOf([0, draw.between(1, 99)]),
    ends: draw.oneOf(['before the agent is back', 'after']), endsPlusMs: draw.between(0, 500), backPlusMs: draw.between(0, 500), disturbance: disturbance(draw),
  };
}
