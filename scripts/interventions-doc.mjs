// Writes docs/interventions.md from the compiled rules: `npm run docs` (builds first).
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { interventionsDocument } from '../dist/libs/domain/test-support/interventions-document.js';

const target = fileURLToPath(new URL('../docs/interventions.md', import.meta.url));
writeFileSync(target, interventionsDocument());
process.stderr.write(`kiroku: wrote ${target}\n`);
