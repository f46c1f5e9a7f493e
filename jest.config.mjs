import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const bundled = join(import.meta.dirname, 'dist', 'node_modules');
const manifests = existsSync(bundled) ? readdirSync(bundled, { recursive: true }).filter((name) => name.endsWith('package.json')).map((name) => JSON.parse(readFileSync(join(bundled, name), 'utf8'))) : [];
const exactly = (specifier) => `^${specifier.replaceAll('.', '\\.')}$`;

/**
 * The packages that the build has bundled (decision 0010), where there is a build: each suite evaluates what it imports in a world of its own, and a few files
 * instead of a thousand halve that. A specifier that the build has not seen is not found, instead of being a second copy of a class: build again.
 */
const asBundled = manifests.flatMap(({ name, exports }) => [
  ...Object.entries(exports).map(([path, file]) => [exactly(name + path.slice(1)), join(bundled, name, file)]),
  [`^(${name}(?:/.*)?)$`, join(bundled, '$1')],
]);

/** Native ESM: swc turns TypeScript into modules, `kiroku-source` makes `#domain/...` mean the sources. */
export default {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['kiroku-source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', ...Object.fromEntries(asBundled) },
  transform: {
    '^.+\\.ts$': ['@swc/jest', {
      swcrc: false,
      module: { type: 'es6' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
    }],
  },
  testTimeout: 30_000,
  testSequencer: '<rootDir>/test/support/long-first.mjs',
  /** Much of a crash test is waiting for disks and timers: three suites at a time keep two cores busy to 90 %, where two take a third longer. Jest would run one. */
  maxWorkers: 3,
  /** Of the tests in one file that say that they may run side by side. */
  maxConcurrency: 2,
};
