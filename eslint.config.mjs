// Lint: the type-checked preset, and the layers of docs/architecture.md as rules. Each ban says what to do instead.
import tseslint from 'typescript-eslint';

const sqliteElsewhere = {
  name: 'better-sqlite3', message: 'Only libs/event-store/src/sqlite/library.ts knows the driver; use the port in libs/event-store/src/event-store.port.ts.',
};

const postgresElsewhere = {
  name: 'pg', message: 'Only libs/event-store/src/postgres knows the driver; use the port in libs/event-store/src/event-store.port.ts.',
};

const nestEvents = {
  name: '@nestjs/cqrs',
  importNames: ['EventBus', 'EventPublisher', 'UnhandledExceptionBus', 'Saga', 'EventsHandler', 'IEventBus', 'ofType'],
  message: 'Facts travel through the log alone: append them by the repository, follow them with a projection or a reactor.',
};

/** Relative paths that leave the library or application they stand in. */
const leavesItsRoom = {
  regex: '^(\\.\\./)+((apps|libs)/|(server|agent|cli|events|event-store|domain|occurrences|protocol|tasks)/(src|test-support|contract|samples)/)',
  message: 'Another part is imported by its name (#events/..., #domain/..., #event-store/..., #occurrences/..., #protocol/..., #tasks/...), or not at all.',
};

/** Nothing but these, and files of the same part. */
function only(allowed, message) {
  return { regex: `^(?!\\.{1,2}/|${allowed.join('|')})`, message };
}

function never(banned, message) {
  return { regex: `^(${banned.join('|')})`, message };
}

/** The imports of one folder. In flat configuration the last one wins, so that each layer is told whole. */
function layer(files, patterns, { paths = [sqliteElsewhere, postgresElsewhere, nestEvents], ignores = ['**/*.spec.ts'] } = {}) {
  return { files, ignores, rules: { 'no-restricted-imports': ['error', { paths, patterns: [leavesItsRoom, ...patterns] }] } };
}

const layers = [
  layer(['{apps,libs,test,bench}/**/*.ts'], []),
  // What ages a log changes its bytes, and who locks it is a stranger: no port offers that.
  layer(['test/support/age-log.ts', 'test/support/lock-log.ts'], [], { paths: [nestEvents] }),
  layer(['libs/domain/**/*.ts'], [never(['#event-store/', '#protocol/', '@nestjs/', 'rxjs', 'zod', 'yaml'], 'Rules know events and nothing else, their specs neither.')], { ignores: [] }),
  layer(['libs/domain/src/**/*.ts'], [only(['#events/'], 'Rules are pure: they import #events/... and each other. Clock, ids and chance come in as data.')]),
  layer(['libs/occurrences/src/**/*.ts'], [only(['#events/', 'temporal-polyfill$', 'croner$'], 'When a schedule is due follows from #events/..., the zone database and croner alone.')]),
  layer(['libs/events/src/**/*.ts'], [only(['zod$'], 'The storage contract knows zod and itself.')]),
  layer(['libs/event-store/**/*.ts'], [only(['#events/', '#event-store/', 'node:'], 'A store knows events, Node and its own driver.')]),
  layer(['libs/event-store/src/sqlite/**/*.ts'], [only(['#events/', 'node:', 'better-sqlite3$'], 'A store knows events, Node and its own driver.')], { paths: [], ignores: [] }),
  layer(['libs/event-store/src/postgres/**/*.ts'], [only(['#events/', 'node:', 'pg$'], 'A store knows events, Node and its own driver.')], { paths: [], ignores: [] }),
  layer(['libs/event-store/{src/kurrentdb,test-support}/**/*kurrentdb*.ts', 'libs/event-store/src/kurrentdb/**/*.ts'], [only(['#events/', '#event-store/', 'node:', '@kurrent/kurrentdb-client', '@grpc/grpc-js$'], 'A store knows events, Node and its own driver.')]),
  layer(['libs/protocol/**/*.ts'], [only(['#events/', 'zod$'], 'The protocol is schemas and types: #events/... and zod.')]),
  layer(['libs/tasks/src/**/*.ts'], [never(['[^.]'], 'What authors of tasks import carries nothing with it.')]),
  layer(['apps/agent/**/*.ts'], [never(['#event-store/', '#domain/'], 'An agent knows no log and no rules: what it needs is said in #protocol/....')], { ignores: [] }),
  layer(['apps/cli/**/*.ts'], [never(['#event-store/', '#domain/', '@nestjs/'], 'The CLI is a thin client of the HTTP API; it starts server and agent by a dynamic import of their main.ts.')]),
];

const clock = 'Rules never read a clock, the environment or chance (law 9): take it from the command.';

const pure = {
  files: ['libs/domain/src/**/*.ts', 'libs/events/src/**/*.ts'],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-globals': ['error', ...['Date', 'performance', 'process', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'console', 'Buffer', 'globalThis']
      .map((name) => ({ name, message: clock }))],
    'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: clock }],
    'no-restricted-syntax': ['error',
      { selector: 'ClassDeclaration[superClass=null]', message: 'Rules are plain data and functions; a class belongs into an application.' },
      { selector: 'SwitchStatement[discriminant.property.name="type"] > SwitchCase[test=null]', message: 'No default over `type`: let the compiler count the cases.' },
    ],
  },
};

/** It counts with dates, which are values; the present is none. */
const noPresent = {
  files: ['libs/occurrences/src/**/*.ts'],
  ignores: ['**/*.spec.ts'],
  rules: {
    'no-restricted-globals': pure.rules['no-restricted-globals'].filter((ban) => ban.name !== 'Date'),
    'no-restricted-properties': ['error', ...[['Math', 'random'], ['Date', 'now'], ['Temporal', 'Now']].map(([object, property]) => ({ object, property, message: clock }))],
    'no-restricted-syntax': ['error',
      { selector: ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]', message: clock },
      { selector: 'CallExpression[callee.property.name=/^(nextRun|nextRuns|previousRuns|enumerate)$/][arguments.length=0]', message: clock },
    ],
  },
};

const noAutoCommit = {
  files: ['apps/server/**/*.ts'],
  rules: {
    'no-restricted-syntax': ['error', {
      selector: ':matches(MemberExpression[property.name="autoCommit"], PropertyDefinition[key.name="autoCommit"])',
      message: 'autoCommit publishes what was never stored: let the repository append with an expected revision.',
    }],
  },
};

/** What tsc does not see; the preset of ESLint itself is a package of its own, which we do without. */
const slips = Object.fromEntries([
  'eqeqeq', 'no-async-promise-executor', 'no-case-declarations', 'no-cond-assign', 'no-control-regex', 'no-debugger', 'no-empty',
  'no-irregular-whitespace', 'no-loss-of-precision', 'no-misleading-character-class', 'no-regex-spaces', 'no-self-assign', 'no-unsafe-finally',
  'no-useless-catch', 'no-useless-escape', 'require-yield', 'use-isnan',
].map((rule) => [rule, 'error']));

const ours = {
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  rules: {
    ...slips,
    'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    // tsc counts them as well; a leading underscore says that it is on purpose.
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    // A port is async, also where an adapter has nothing to wait for.
    '@typescript-eslint/require-await': 'off',
  },
};

/** Specs read JSON that comes over the wire and hand half-made things in. */
const specs = {
  files: ['**/*.spec.ts', 'test/**/*.ts', '**/test-support/**/*.ts', '**/testing/**/*.ts', 'libs/event-store/contract/**/*.ts'],
  rules: Object.fromEntries(['no-unsafe-assignment', 'no-unsafe-member-access', 'no-unsafe-argument', 'no-unsafe-call', 'no-unsafe-return', 'unbound-method']
    .map((rule) => [`@typescript-eslint/${rule}`, 'off'])),
};

export default tseslint.config(
  { ignores: ['dist/**', 'dist.*/**', 'node_modules/**', 'coverage/**', '.kiroku*/**'] },
  { files: ['{apps,libs,test,bench}/**/*.ts'], extends: [tseslint.configs.recommendedTypeChecked, ours] },
  ...layers,
  pure,
  noPresent,
  noAutoCommit,
  specs,
);
