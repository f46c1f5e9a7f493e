// Loaded into a process with `node --import`: its zone database is another one, by which zones have the clocks of others. Names of zones know no case.
const clocksOf = new Map(Object.entries(JSON.parse(process.env.TEST_ZONE_CLOCKS ?? '{}')).map(([zone, other]) => [zone.toUpperCase(), other]));
const other = (zone) => clocksOf.get(zone?.toUpperCase());
const TrueFormat = Intl.DateTimeFormat;

Intl.DateTimeFormat = class DateTimeFormat extends TrueFormat {
  #zone;

  constructor(locales, options) {
    super(locales, { ...options, timeZone: other(options?.timeZone) ?? options?.timeZone });
    this.#zone = options?.timeZone;
  }

  resolvedOptions() {
    const resolved = super.resolvedOptions();
    return other(this.#zone) === undefined ? resolved : { ...resolved, timeZone: this.#zone };
  }
};

Object.defineProperty(process, 'versions', { value: { ...process.versions, tz: process.env.TEST_ZONE_DATA }, enumerable: true });
