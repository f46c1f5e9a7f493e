/** The value below which a share of the values lies; undefined of none. */
export function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? undefined : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** What a list of times in milliseconds comes to. */
export function spreadOf(milliseconds) {
  return { p50: percentile(milliseconds, 0.5), p99: percentile(milliseconds, 0.99), count: milliseconds.length };
}

/** Several runs of one measurement as one: each figure becomes `{ median, min, max }`, each group of figures a group of those. */
export function summaryOf(runs) {
  const [first] = runs;
  return Object.fromEntries(Object.keys(first).map((name) => {
    const values = runs.map((run) => run[name]).filter((value) => value !== undefined && value !== null);
    if (values.some((value) => typeof value === 'object')) return [name, summaryOf(values)];
    return [name, values.every((value) => typeof value === 'number') && values.length > 0 ? medianOf(values) : values[0] ?? null];
  }));
}

function medianOf(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}
