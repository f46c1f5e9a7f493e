/** Native ESM: swc turns TypeScript into modules, `kiroku-source` makes `#domain/...` mean the sources. */
export default {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['kiroku-source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
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
  /** Much of a crash test is waiting for disks and timers; on two cores jest would run one suite at a time by itself. */
  maxWorkers: 2,
  /** Of the tests in one file that say that they may run side by side. */
  maxConcurrency: 2,
};
