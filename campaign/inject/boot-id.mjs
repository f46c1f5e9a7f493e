// Loaded into an agent with `node --import`: another boot of the host, as far as the agent can tell.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const FILE = '/proc/sys/kernel/random/boot_id';
const bootId = process.env.CAMPAIGN_BOOT_ID;

if (bootId !== undefined) {
  const read = fs.readFileSync;
  fs.readFileSync = (path, ...rest) => (path === FILE ? `${bootId}\n` : read(path, ...rest));
  syncBuiltinESMExports();
}
