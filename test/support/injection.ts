/** What a test loads into a server or an agent with `node --import`: the product is as built, the host around it is another. */
export interface Injection {
  readonly module: URL;
  readonly env: Readonly<Record<string, string>>;
}

/** Another boot of the host, as far as an agent can tell. */
export function onBoot(bootId: string): Injection {
  return { module: new URL('../../campaign/inject/boot-id.mjs', import.meta.url), env: { CAMPAIGN_BOOT_ID: bootId } };
}

/** A wall clock that is off by so much, and jumps by so much more at each SIGUSR2. Monotonic clocks go on as they are. */
export function wallClock({ offMs = 0, jumpMs = 0 }: { offMs?: number; jumpMs?: number }): Injection {
  return { module: new URL('inject/wall-clock.mjs', import.meta.url), env: { TEST_CLOCK_OFF_MS: String(offMs), TEST_CLOCK_JUMP_MS: String(jumpMs) } };
}

/** Another zone database, of that name, by which zones have the clocks of others. */
export function zoneData(name: string, clocksOf: Readonly<Record<string, string>>): Injection {
  return { module: new URL('inject/zone-data.mjs', import.meta.url), env: { TEST_ZONE_DATA: name, TEST_ZONE_CLOCKS: JSON.stringify(clocksOf) } };
}

/** An agent that tells its server every so many milliseconds what it holds. */
export function inventoryEvery(milliseconds: number): Injection {
  return { module: new URL('inject/hurried-inventory.mjs', import.meta.url), env: { KIROKU_TEST_INVENTORY_MS: String(milliseconds) } };
}

/** A server that minds the clock whoever holds the lease: it believes to be the only one. */
export function mindingTheClock(): Injection {
  return { module: new URL('inject/minding-the-clock.mjs', import.meta.url), env: {} };
}

/** A server of a later version, which reads and writes a format of the log that this one does not. */
export function laterBuild(): Injection {
  return { module: new URL('inject/later-build.mjs', import.meta.url), env: {} };
}

/** The environment of a process with all of them. */
export function environmentWith(injections: readonly Injection[]): Record<string, string> {
  if (injections.length === 0) return {};
  const imports = injections.map(({ module }) => `--import=${module.href}`).join(' ');
  return Object.assign({ NODE_OPTIONS: imports }, ...injections.map(({ env }) => env)) as Record<string, string>;
}
