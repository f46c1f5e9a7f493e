// Loaded into an agent with `node --import`: it tells its server more often what it holds.
import { isProduct, side } from '../../../campaign/inject/patching.mjs';

if (isProduct && side === 'agent') {
  const { LINK_PACE } = await import(new URL('../../../dist/apps/agent/src/link/link-pace.js', import.meta.url).href);
  if (typeof LINK_PACE.inventoryMs !== 'number') throw new Error('the pace of the link has no inventoryMs any more');
  LINK_PACE.inventoryMs = Number(process.env.KIROKU_TEST_INVENTORY_MS);
}
