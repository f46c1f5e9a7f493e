// Broken: the wrapper runs its job without claiming the execution first. For the next agent to come before a result tells that it has run, results are
// late here, as from a slow disk. Out of the way: what nobody has claimed waits for the welcome of the next agent's session.
import childProcess from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { breakIn, ownerOf, replace } from '../patching.mjs';

const CLAIM = 'exec 8>claim';
const ENDED = 'kiroku_wrapper_code=$?\n';
const LATE_S = 1;

await breakIn('agent', async () => {
  const text = readFileSync(new URL('../../../dist/apps/agent/src/executions/wrapper.sh', import.meta.url), 'utf8');
  if ([CLAIM, ENDED].some((line) => text.split(line).length !== 2)) throw new Error('wrapper.sh claims or ends in another way now');
  const copy = join(process.env.CAMPAIGN_DIRECTORY, 'unclaimed.sh');
  writeFileSync(copy, text.replace(CLAIM, 'exec 8>|/dev/null').replace(ENDED, `${ENDED}"$kiroku_wrapper_sleep" ${LATE_S}\n`));
  const spawn = childProcess.spawn;
  childProcess.spawn = function patched(command, args, ...rest) {
    return spawn.call(this, command, args?.[0]?.endsWith('/wrapper.sh') === true ? [copy, ...args.slice(1)] : args, ...rest);
  };
  syncBuiltinESMExports();
  replace(await ownerOf('apps/agent/src/executions/process/process-executor.js', 'ProcessExecutor'), 'isUnclaimed', () => false);
});
