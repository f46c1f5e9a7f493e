// Broken: the server acknowledges reports first and writes them a moment later. The receipt it gives is the newest one there is, so that nothing
// else gives it away.
import { breakIn, classOf, replace } from '../patching.mjs';

const LATER_MS = 40;

await breakIn('server', async () => {
  const { prototype: follower } = await classOf('apps/server/src/event-sourcing/log-follower.js', 'LogFollower');
  const { prototype: recording } = await classOf('apps/server/src/agent-link/report-recording.js', 'ReportRecording');
  let newest;
  replace(follower, 'fold', (original, batch) => {
    original(batch);
    const last = batch.at(-1);
    newest = last === undefined ? newest : { position: last.position.toString(), eventId: last.id };
  });
  replace(recording, 'record', async (original, agent, reports) => {
    setTimeout(() => original(agent, reports).catch(() => undefined), LATER_MS);
    return { acknowledged: reports.map(({ executionId, sequence }) => ({ executionId, sequence, receipt: newest })) };
  });
});
