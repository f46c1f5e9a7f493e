/** Suites that take minutes, and whose files are small: begun last they would keep one core waiting for the other. */
const LONG = ['kurrentdb.contract.spec.ts', 'postgres.contract.spec.ts', 'month.properties.spec.ts', 'year.spec.ts', 'campaign.spec.ts', 'kill-storm.spec.ts', 'random-moments.spec.ts', 'e2e/schedules.spec.ts', 'harmed-log.spec.ts'];

const rankOf = ({ path }) => {
  const index = LONG.findIndex((name) => path.endsWith(name));
  return index < 0 ? LONG.length + (path.includes('/e2e/') ? 0 : 1) : index;
};

/** The order in which Jest begins its suites: on a fresh clone it has no times of its own to go by. */
export default class LongFirst {
  sort(tests) {
    return [...tests].sort((one, other) => rankOf(one) - rankOf(other) || (one.path < other.path ? -1 : 1));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // The order is always the same.
  }
}
