// The ways from one agent to all servers, each through a proxy of its own: struck together, or one by itself.

export class Links {
  /** @param proxies by name of the server, in the order in which the agent knows them */
  constructor(proxies) {
    this.proxies = proxies;
  }

  get urls() {
    return [...this.proxies.values()].map(({ url }) => url);
  }

  to(server) {
    return this.proxies.get(server);
  }

  /** @returns the server behind a URL that the agent was given */
  serverAt(url) {
    return [...this.proxies].find(([, proxy]) => proxy.url === url)?.[0];
  }

  hold(...ways) {
    this.each((proxy) => proxy.hold(...ways));
  }

  release() {
    this.each((proxy) => proxy.release());
  }

  lose(way) {
    this.each((proxy) => proxy.lose(way));
  }

  cut() {
    this.each((proxy) => proxy.cut());
  }

  spoil(garbage) {
    this.each((proxy) => proxy.spoil(garbage));
  }

  close() {
    this.each((proxy) => proxy.close());
  }

  /** What was overheard last on any way. */
  get lastOverheard() {
    return [...this.proxies.values()].flatMap(({ overheard }) => overheard.slice(-1)).at(-1);
  }

  /** Says again what was overheard on each way, at its own end, or at that of the next one: as a balancer does that tries another server. */
  async repeat({ elsewhere }) {
    const all = [...this.proxies.values()];
    for (const [index, proxy] of all.entries()) await proxy.repeat(all[(index + (elsewhere ? 1 : 0)) % all.length].target());
  }

  each(act) {
    for (const proxy of this.proxies.values()) act(proxy);
  }
}
