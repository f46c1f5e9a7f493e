/** What a test loads into a server or an agent with `node --import`: the product is as built, the host around it is another. */
export interface Injection {
  readonly module: URL;
  readonly env: Readonly<Record<string, string>>;
}

/** Another boot of the host, as far as an agent can tell. */
export function onBoot(bootId: string): Injection {
  return { module: new URL('../../campaign/inject/boot-id.mjs', import.meta.url), env: { CAMPAIGN_BOOT_ID: bootId } };
}

/** The environment of a process with all of them. */
export function environmentWith(injections: readonly Injection[]): Record<string, string> {
  if (injections.length === 0) return {};
  const imports = injections.map(({ module }) => `--import=${module.href}`).join(' ');
  return Object.assign({ NODE_OPTIONS: imports }, ...injections.map(({ env }) => env)) as Record<string, string>;
}
