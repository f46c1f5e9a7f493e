// What the benchmark's agent is given with --tasks: work that takes no time, so that all the time is Kiroku's.
export default { noop: async () => undefined };
