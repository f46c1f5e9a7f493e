import { setTimeout as pause } from 'node:timers/promises';
import type { AgentView } from '#protocol/api';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import type { Session } from '../commands/client-command.js';
import { Contact } from '../watching/contact.js';
import { untilCtrlC } from '../watching/until-ctrl-c.js';

/** Quick enough for a person who waits; jobs take longer than this. */
const POLL_MS = 500;

/**
 * Ends when a drained agent has no execution any more, and says on the way how many there are. A server that goes away is waited for.
 *
 * @param after where the drain stands in the log: no answer from before it counts
 * @throws CliFailure when somebody resumed the agent meanwhile
 */
export function waitUntilIdle(name: string, after: string, { api, out }: Session): Promise<void> {
  const contact = new Contact(out, api.connection.url, true);
  let said = '';
  return untilCtrlC(out, `no longer waiting; agent ${name} stays drained`, async () => {
    for (;;) {
      const { view } = await contact.ask(() => api.list<AgentView>('/api/v1/agents', { after }, true));
      const agent = view.items.find((each) => each.name === name);
      if (agent?.drained === undefined) throw new CliFailure(`agent ${name} is not drained any more: somebody has resumed it`, EXIT.refused);
      if (agent.openExecutions === 0) return out.json ? out.line(JSON.stringify(agent)) : out.line(`nothing runs on agent ${name} any more; it is safe to take down`);
      const words = whatIsLeft(agent);
      if (!out.json && words !== said) out.line(words);
      said = words;
      await pause(POLL_MS);
    }
  });
}

function whatIsLeft({ openExecutions: left, state, name }: AgentView): string {
  const what = left === 1 ? '1 execution is still open' : `${left} executions are still open`;
  return state === 'away' ? `${what}; agent ${name} is away, so that nobody hears of their end` : what;
}
