import { strikeAfter, waitFor } from '../../support/wait-for.js';
import { jobnetName, type Stage } from './stage.js';
import type { PlanOf } from './plan.js';
import { expectUndisturbed } from './witnesses.js';

/** 4: the server has stored A1's result, and its answer gets lost; so may answers of the sessions that follow. */
export async function resultUnanswered(stage: Stage, plan: PlanOf<4>): Promise<string> {
  const runId = await stage.start(plan);
  const executionId = `${runId}~A1~1`;
  await stage.recorded(runId, 'JobStarted', executionId);
  // The result is to go out, which it does when what was said before it has its answer.
  await stage.quiet();
  const [first] = plan.losses;
  const lostBefore = stage.proxy.lost.down;
  stage.beginLoss(first);
  stage.letGo(executionId);
  await stage.lose(plan.losses, async () => {
    await stage.recorded(runId, 'JobFinished', executionId);
    // Where nothing at all got through, the acknowledgement is among what was lost.
    if (first.after === 0) await waitFor('the acknowledgement was lost', () => stage.proxy.lost.down > lostBefore);
  });
  await expectUndisturbed(stage, plan, runId);
  return runId;
}

/** 5: A1 is dispatched, and what the agent says to that, or the answer, or the dispatch itself gets lost, as a whole or in its middle. */
export async function dispatchUnanswered(stage: Stage, plan: PlanOf<5>): Promise<string> {
  const [first] = plan.losses;
  stage.beginLoss(first);
  const runId = await stage.start(plan);
  const executionId = `${runId}~A1~1`;
  await stage.lose(plan.losses, async () => {
    if (first.way === 'down') await stage.recorded(runId, 'JobDispatched', executionId);
    else await stage.marked(runId, `begin ${executionId}`);
    // Where nothing at all came up, the server knows nothing of what is running.
    if (first.way === 'up' && first.after === 0) expect((await stage.events(runId)).map(({ type }) => type)).toEqual(['RunStarted', 'JobDispatched']);
  });
  await expectUndisturbed(stage, plan, runId);
  return runId;
}

/** 6: A1's dispatch is decided and not sent, or perhaps neither: the server dies before anybody has heard of it. */
export async function decidedNotSent(stage: Stage, plan: PlanOf<6>): Promise<string> {
  if (plan.start === 'unanswered') {
    const answer = stage.startOnce(plan).catch(() => undefined);
    await strikeAfter(plan.plusMs, () => stage.here.killServer());
    await answer;
  } else {
    stage.proxy.loseAfter('down', 0);
    const unheard = await stage.start(plan);
    await stage.recorded(unheard, 'JobDispatched', `${unheard}~A1~1`);
    await strikeAfter(plan.plusMs, () => stage.here.killServer());
    expect(stage.marks(unheard)).toEqual([]);
    stage.proxy.cut();
  }
  if (plan.agentToo === 'before the server') await strikeAfter(plan.gapMs, () => stage.restartAgent());
  await stage.here.startServer();
  if (plan.agentToo === 'after the server') await strikeAfter(plan.gapMs, () => stage.restartAgent());
  await stage.outages(plan.outages);
  const runId = await stage.start(plan);
  await expectUndisturbed(stage, plan, runId);
  expect(await stage.here.api.all(`/api/v1/runs?jobnet=${jobnetName(plan)}`)).toMatchObject([{ runId }]);
  return runId;
}
