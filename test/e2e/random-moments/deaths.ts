import { strikeAfter } from '../../support/wait-for.js';
import type { PlanOf } from './plan.js';
import type { Stage } from './stage.js';
import { expectUndisturbed } from './witnesses.js';

/** 1: the server dies while A1 runs, or at any other moment of the run; more than once. */
export async function serverDies(stage: Stage, plan: PlanOf<1>): Promise<string> {
  const struck = stage.aim(plan.strike);
  const started = stage.aim({ after: 'JobStarted A1', plusMs: 0 });
  const runId = await stage.start(plan);
  if (plan.heardBytes !== 'all') {
    await started(runId);
    stage.proxy.loseAfter('up', plan.heardBytes);
  }
  await struck(runId);
  await stage.here.killServer();
  stage.proxy.cut();
  if (plan.until === 'A1 has ended') await stage.marked(runId, `end ${runId}~A1~1`);
  else await strikeAfter(plan.until, () => undefined);
  await strikeAfter(plan.thenMs, () => stage.here.startServer());
  await stage.outages(plan.outages);
  await expectUndisturbed(stage, plan, runId);
  return runId;
}

/** 2: server and agent die while A1 runs, and the agent again after A1 has ended. */
export async function bothDie(stage: Stage, plan: PlanOf<2>): Promise<string> {
  const struck = stage.aim(plan.strike);
  const runId = await stage.start(plan);
  await struck(runId);
  const kill = { server: () => stage.here.killServer(), agent: () => stage.here.killAgent() };
  await kill[plan.first]();
  await strikeAfter(plan.gapMs, kill[plan.first === 'server' ? 'agent' : 'server']);
  await strikeAfter(plan.agentBackMs, () => stage.startAgent());
  await stage.marked(runId, `end ${runId}~A1~1`);
  await strikeAfter(plan.endPlusMs, kill.agent);
  await stage.agentOutages(plan.agentAgain);
  await kill.agent();
  const start = { server: () => stage.here.startServer(), agent: () => stage.startAgent() };
  await start[plan.back]();
  await strikeAfter(plan.backGapMs, start[plan.back === 'server' ? 'agent' : 'server']);
  await expectUndisturbed(stage, plan, runId);
  return runId;
}
