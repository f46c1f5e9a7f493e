// Broken: a failure ends every run, also one that has to wait for somebody's word about it.
import { decideOtherwise } from '../deciding.mjs';
import { breakIn } from '../patching.mjs';

await breakIn('server', () => decideOtherwise('run/run.decider', 'runDecider', (original, command, run) => original(command, run && { ...run, definition: { ...run.definition, onFailure: 'end' } })));
