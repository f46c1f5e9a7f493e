import { lineOf, type Plan, planOf, type PlanOf, type Scenario, SCENARIOS } from './plan.js';

const SEEDS = Array.from({ length: 400 }, (_, index) => index + 1);

function plansOf<Number extends Scenario>(scenario: Number): PlanOf<Number>[] {
  return SEEDS.map((seed) => planOf(scenario, seed) as PlanOf<Number>);
}

function drawn<Each extends Plan, Value>(plans: readonly Each[], pick: (plan: Each) => Value): Value[] {
  return [...new Set(plans.map(pick))].sort();
}

describe.each(SCENARIOS)('a plan of scenario %i', (scenario) => {
  it('is the same each time that it is made from a seed', () => {
    expect(plansOf(scenario)).toEqual(plansOf(scenario));
  });

  it('is another one for another seed', () => {
    expect(drawn(plansOf(scenario), ({ seed: _seed, ...plan }) => JSON.stringify(plan))).toHaveLength(SEEDS.length);
  });

  it('is told on one line, with what repeats it', () => {
    const [plan] = plansOf(scenario);
    if (plan === undefined) throw new Error('no plan');
    expect(lineOf(plan)).toMatch(new RegExp(`^scenario ${scenario}, seed 1: plan \\{shape:\\{.+\\}$`));
  });

  it('has any shape, and an exit code that a guess does not hit', () => {
    const shapes = plansOf(scenario).map(({ shape }) => shape);
    expect(new Set(shapes.map(({ jobs, order }) => `${jobs} ${order}`))).toEqual(new Set(['2 row', '2 fork', '3 row', '3 fork']));
    expect(new Set(shapes.map(({ exitCode }) => exitCode)).size).toBeGreaterThan(50);
  });
});

describe('what is drawn', () => {
  it('is for 1 a strike at any fact; whoever waits for the end of A1 strikes after its beginning', () => {
    const plans = plansOf(1);
    expect(drawn(plans, ({ strike }) => strike.after)).toEqual(['JobDispatched A1', 'JobFinished A1', 'JobStarted A1', 'answers', 'begin A1', 'bytes down', 'bytes up', 'end A1']);
    expect(drawn(plans.filter(({ until }) => until === 'A1 has ended'), ({ strike }) => strike.after)).toEqual(['JobStarted A1', 'begin A1']);
    expect(drawn(plans.filter(({ heardBytes }) => heardBytes !== 'all'), ({ strike }) => strike.after)).toEqual(['end A1']);
    expect(drawn(plans, ({ outages }) => outages.length)).toEqual([0, 1, 2]);
  });

  it('is for 2 who dies first and who is back first', () => {
    expect(drawn(plansOf(2), ({ first, back }) => `${first} ${back}`)).toEqual(['agent agent', 'agent server', 'server agent', 'server server']);
  });

  it('is for 4 an answer that gets lost whole or in part, and who is struck then', () => {
    expect(drawn(plansOf(4), ({ losses: [{ after, strikes }] }) => `${after === 0 ? 'whole' : 'part'} ${strikes}`)).toEqual(['part agent', 'part link', 'part server', 'whole agent', 'whole link', 'whole server']);
  });

  it('is for 5 what gets lost in both directions, and in up to two sessions more', () => {
    expect(drawn(plansOf(5), ({ losses: [{ way, strikes }] }) => `${way} ${strikes}`)).toEqual(['down agent', 'down link', 'down server', 'up agent', 'up link', 'up server']);
    expect(drawn(plansOf(5), ({ losses }) => losses.slice(1).map(({ way, unit }) => `${way} ${unit}`).join())).toHaveLength(1 + 3 + 9);
  });

  it('is for 6 a start that was answered or not, and when the agent dies too', () => {
    expect(drawn(plansOf(6), ({ start, agentToo }) => `${start}; ${agentToo}`)).toHaveLength(6);
  });

  it('is for 9 when the first execution ends; while the agent is away only where it is', () => {
    const ends = ['after the re-run', 'after the run', 'after the second', 'beside the second'];
    expect(drawn(plansOf(9).filter(({ agent }) => agent === 'there'), ({ firstEnds }) => firstEnds)).toEqual(ends);
    expect(drawn(plansOf(9).filter(({ agent }) => agent === 'away'), ({ firstEnds }) => firstEnds)).toEqual([...ends, 'while the agent is away']);
    expect(drawn(plansOf(9), ({ disturbance }) => disturbance.strikes)).toEqual(['agent', 'nothing', 'server']);
  });

  it('is for 10 a stop from the dispatch to after the end, with the agent there or away', () => {
    expect(drawn(plansOf(10), ({ agent, stopWaitsFor }) => `${agent}: ${stopWaitsFor}`)).toEqual(['away: begin A1', 'away: end A1', 'there: JobDispatched A1', 'there: begin A1', 'there: end A1']);
  });

  it('is for 11 whether the server has noticed, how A1 ends, and when', () => {
    expect(drawn(plansOf(11), ({ noticed, ends, firstExitCode }) => `${noticed}, ${ends}, ${firstExitCode === 0 ? 'well' : 'badly'}`)).toHaveLength(8);
  });
});
