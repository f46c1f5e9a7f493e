// Loaded into a server with `node --import`: it lets pass what time brings, whoever holds the lease. Safety must not rest on that.
import { classOf, isProduct, side } from '../../../campaign/inject/patching.mjs';

if (isProduct && side === 'server') {
  const { prototype } = await classOf('apps/server/src/servers/clock-lease.js', 'ClockLease');
  if (Object.getOwnPropertyDescriptor(prototype, 'letsTimePass')?.get === undefined) throw new Error('the lease has no letsTimePass any more');
  Object.defineProperty(prototype, 'letsTimePass', { get: () => true });
}
