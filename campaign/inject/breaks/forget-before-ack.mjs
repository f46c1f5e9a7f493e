// Broken: the agent forgets a result as soon as it is about to send it, without waiting for the server's receipt. For it to die in between, which it has to
// bear, what it sends is late here, as on a slow network.
import { breakIn, classOf, replace } from '../patching.mjs';

const LATE_MS = 300;

await breakIn('agent', async () => {
  const { prototype: sender } = await classOf('apps/agent/src/link/report-sender.js', 'ReportSender');
  replace(sender, 'deliver', async function forgetful(original, client, path, session, reports, signal) {
    const { receipt } = this.keeper.hello();
    // The first results have to be acknowledged in earnest: a journal forgets nothing without some receipt.
    if (receipt !== undefined) await Promise.all(reports.map(({ executionId, sequence }) => this.keeper.acknowledged(executionId, sequence, receipt)));
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    return original(client, path, session, reports, signal);
  });
});
