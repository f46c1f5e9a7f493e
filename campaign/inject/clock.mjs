// Loaded into a server or an agent with `node --import`: a wall clock that is hours ahead of the host's, or behind. Monotonic clocks and timers go as ever.
const ahead = Number(process.env.CAMPAIGN_CLOCK_MS ?? 0);

if (ahead !== 0) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + ahead);
      else super(...given);
    }

    static now() {
      return Real.now() + ahead;
    }
  };
}
