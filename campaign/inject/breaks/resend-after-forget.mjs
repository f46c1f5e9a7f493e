// Broken: the agent remembers nothing of what it has ended and forgotten. For that to matter dispatches come twice here, the second time late, as a
// network may replay them or a server that lags send them again, which is a fault that the agent has to bear.
import { breakIn, classOf, replace } from '../patching.mjs';

const AGAIN_MS = 1_500;
const NOTHING = { has: () => false, [Symbol.iterator]: () => [][Symbol.iterator](), add: () => undefined };

await breakIn('agent', async () => {
  const { prototype: keeper } = await classOf('apps/agent/src/executions/execution-keeper.js', 'ExecutionKeeper');
  const { prototype: journal } = await classOf('apps/agent/src/journal/agent-journal.js', 'AgentJournal');
  const { get } = Object.getOwnPropertyDescriptor(journal, 'state');
  let isOffering = false;
  Object.defineProperty(journal, 'state', {
    get() {
      const state = get.call(this);
      return isOffering ? Object.create(state, { forgotten: { value: NOTHING }, servedUpTo: { value: '0' } }) : state;
    },
  });
  const offered = (original, frame) => {
    // What is known is asked in this very turn.
    isOffering = true;
    const answer = original(frame);
    isOffering = false;
    return answer;
  };
  replace(keeper, 'offer', (original, frame) => {
    setTimeout(() => offered(original, frame).catch(() => undefined), AGAIN_MS).unref();
    return offered(original, frame);
  });
});
