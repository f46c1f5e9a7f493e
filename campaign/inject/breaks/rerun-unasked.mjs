// Broken: a job that is lost, or not known to its agent, runs once more, whatever its author has written.
import { decideRunsAs } from '../deciding.mjs';
import { breakIn } from '../patching.mjs';

await breakIn('server', () => decideRunsAs({ onLost: 'rerun', onUnknown: 'rerun' }));
