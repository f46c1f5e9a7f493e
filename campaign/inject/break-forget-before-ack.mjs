// Broken: the agent forgets a result as soon as it is about to send it, without waiting for the server's receipt.
import { breakIn, classOf, replace } from './patching.mjs';

await breakIn('agent', async () => {
  const { prototype: sender } = await classOf('apps/agent/src/link/report-sender.js', 'ReportSender');
  replace(sender, 'deliver', async function forgetful(original, client, path, session, reports, signal) {
    const { receipt } = this.keeper.hello();
    // The first results have to be acknowledged in earnest: a journal forgets nothing without some receipt.
    if (receipt !== undefined) await Promise.all(reports.map(({ executionId, sequence }) => this.keeper.acknowledged(executionId, sequence, receipt)));
    return original(client, path, session, reports, signal);
  });
});
