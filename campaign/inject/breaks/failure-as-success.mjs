// Broken: whatever a job ends with is a success.
import { decideRunsAs } from '../deciding.mjs';
import { breakIn } from '../patching.mjs';

await breakIn('server', () => decideRunsAs({ successCodes: { includes: () => true } }));
