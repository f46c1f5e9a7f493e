// Broken: a hello names what the agent held at the hello before, beside the newest position that it has been served.
import { breakIn, classOf, replace } from '../patching.mjs';

await breakIn('agent', async () => {
  const { prototype: keeper } = await classOf('apps/agent/src/executions/execution-keeper.js', 'ExecutionKeeper');
  let before;
  replace(keeper, 'hello', (original) => {
    const hello = original();
    const { inventory } = hello;
    const stale = { ...hello, inventory: before ?? inventory };
    before = inventory;
    return stale;
  });
});
