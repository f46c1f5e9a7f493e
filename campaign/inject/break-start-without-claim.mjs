// Broken: the wrapper runs its job without claiming the execution first.
import childProcess from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { breakIn } from './patching.mjs';

const CLAIM = 'exec 8>claim';

await breakIn('agent', () => {
  const text = readFileSync(new URL('../../dist/apps/agent/src/executions/wrapper.sh', import.meta.url), 'utf8');
  if (text.split(CLAIM).length !== 2) throw new Error('wrapper.sh claims in another way now');
  const copy = join(process.env.CAMPAIGN_DIRECTORY, 'unclaimed.sh');
  writeFileSync(copy, text.replace(CLAIM, 'exec 8>|/dev/null'));
  const spawn = childProcess.spawn;
  childProcess.spawn = function patched(command, args, ...rest) {
    return spawn.call(this, command, args?.[0]?.endsWith('/wrapper.sh') === true ? [copy, ...args.slice(1)] : args, ...rest);
  };
  syncBuiltinESMExports();
});
