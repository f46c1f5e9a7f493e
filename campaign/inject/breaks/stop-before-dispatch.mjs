// Broken: an agent that has answered a stop with "never started" does not remember it, and starts the dispatch that comes behind. For one to come behind,
// dispatches are late here, which is a fault that the agent has to bear.
import { breakIn, classOf, replace } from '../patching.mjs';

const LATE_MS = 250;

await breakIn('agent', async () => {
  const { prototype: keeper } = await classOf('apps/agent/src/executions/execution-keeper.js', 'ExecutionKeeper');
  const { prototype: journal } = await classOf('apps/agent/src/journal/agent-journal.js', 'AgentJournal');
  const { get } = Object.getOwnPropertyDescriptor(journal, 'state');
  const stopped = new Set();
  let offered;
  Object.defineProperty(journal, 'state', {
    get() {
      const state = get.call(this);
      return stopped.has(offered) ? Object.create(state, { forgotten: { value: new Set() }, refusals: { value: new Map() } }) : state;
    },
  });
  replace(keeper, 'offer', async (original, frame) => {
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    // What is known of it is asked in this very turn.
    offered = frame.spec.executionId;
    const answer = original(frame);
    offered = undefined;
    return answer;
  });
  for (const method of ['cancel', 'stop']) {
    replace(keeper, method, function forgetful(original, frame) {
      if (!this.journal.state.held.has(frame.executionId)) stopped.add(frame.executionId);
      return original(frame);
    });
  }
});
