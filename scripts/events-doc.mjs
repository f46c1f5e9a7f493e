// Writes docs/events.md from the compiled catalogue: `npm run docs` (builds first).
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventsDocument } from '../dist/libs/events/src/events-document.js';

const target = fileURLToPath(new URL('../docs/events.md', import.meta.url));
writeFileSync(target, eventsDocument());
process.stderr.write(`kiroku: wrote ${target}\n`);
