import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import { commandLineOf, isSameAndAlive, type ProcessIdentity } from './process-identity.js';
import { survivors, type UpRecordFile } from './up-record.js';

/** A server that is told to end finishes what it has in hand first; this is much longer than that takes. */
const GRACE_MS = 15_000;

/**
 * Clears the way for a new `up` on the same data: refuses while another one lives, and stops what a killed one left running,
 * so that there is one owner again. Jobs do not notice: they outlive their agent.
 */
export async function takeOver(file: UpRecordFile, say: (text: string) => void): Promise<void> {
  const record = file.read();
  if (record === undefined) return;
  if (record.up.pid !== process.pid && isSameAndAlive(record.up)) {
    throw new CliFailure(`another "kiroku up" (pid ${record.up.pid}) already runs on this data${record.url === undefined ? '' : ` and serves ${record.url}`}: stop it, or choose another --data (it wrote ${file.path})`, EXIT.refused);
  }
  for (const { name, process: left } of survivors(record).filter(({ process: { pid } }) => isOurs(pid, file))) {
    say(`an earlier "kiroku up" (pid ${record.up.pid}) is gone, its ${name} (pid ${left.pid}) still runs: stopping it to start a new one`);
    await stop(left, say);
  }
}

/** After a reboot even number and start time may be another's by chance: both that we start name the data in their arguments. */
function isOurs(pid: number, file: UpRecordFile): boolean {
  return commandLineOf(pid)?.includes(dirname(file.path)) ?? false;
}

async function stop(left: ProcessIdentity, say: (text: string) => void): Promise<void> {
  process.kill(left.pid, 'SIGTERM');
  if (await ended(left, GRACE_MS)) return;
  say(`pid ${left.pid} does not end: killing it (nothing is lost by that)`);
  if (isSameAndAlive(left)) process.kill(left.pid, 'SIGKILL');
  await ended(left, GRACE_MS);
}

async function ended(left: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isSameAndAlive(left)) {
    if (performance.now() > deadline) return false;
    // Not our child any more, so nobody tells us when it ends.
    await pause(50);
  }
  return true;
}
