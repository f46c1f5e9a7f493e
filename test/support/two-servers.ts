import { writeFileSync } from 'node:fs';
import type { List } from '#protocol/api';
import type { ServerView } from '#protocol/servers';
import { Deployment } from './deployment.js';
import type { Injection } from './injection.js';
import type { KirokuProcess } from './kiroku-process.js';
import { TcpProxy } from './tcp-proxy.js';
import { waitFor } from './wait-for.js';

/** A database that several servers can have their log in. */
export interface SharedDatabase {
  /** The URL of a log that nobody has used yet. */
  freshUrl(): string;
  /** Where a proxy can stand before it: nowhere when its clients find out by themselves what nodes there are. */
  readonly port: number | undefined;
}

interface Start {
  /** Whether proxies stand between the agent and the first server, and between that and the database. */
  readonly proxied?: boolean;
  /** Into both servers. */
  readonly inject?: readonly Injection[];
}

/** Two servers on one log, begun at the same moment, each with a directory of its own; and an agent that knows both and is connected with the first. */
export class TwoServers {
  private constructor(readonly one: Deployment, readonly two: Deployment, readonly link: TcpProxy, readonly wire: TcpProxy | undefined) {}

  static async start(database: SharedDatabase, { proxied = false, inject = [] }: Start = {}): Promise<TwoServers> {
    const [one, two] = [await Deployment.create(), await Deployment.create()];
    const wire = proxied && database.port !== undefined ? await TcpProxy.to(database.port) : undefined;
    const started = new TwoServers(one, two, await TcpProxy.to(one.port), wire);
    try {
      const url = database.freshUrl();
      for (const [each, store] of [[one, wire === undefined ? url : url.replace(`:${database.port}`, `:${wire.port}`)], [two, url]] as const) {
        writeFileSync(each.path('kiroku.yaml'), `store: ${store}\n`, { mode: 0o600 });
      }
      await Promise.all([one, two].map((each) => each.startServer(...inject)));
      await waitFor('each knows of the other', async () => (await Promise.all([one, two].map(serversOf))).every((known) => known.filter(({ state, url: at }) => state === 'serving' && at !== undefined).length === 2));
      await one.startAgent('local', { servers: [proxied ? started.link.url : one.url, two.url] });
      return started;
    } catch (error) {
      await started.destroy();
      throw error;
    }
  }

  get agent(): KirokuProcess {
    return this.one.agents.get('local')!;
  }

  /** The servers that the agent was connected with, one after the other. */
  get contacts(): string[] {
    return this.agent.printed().flatMap((line) => /^connected to (.*)$/.exec(line)?.[1] ?? []);
  }

  /** What the second server says of the first. */
  first(): Promise<ServerView> {
    return this.told(({ thisOne }) => !thisOne);
  }

  /** What the second server says of itself. */
  second(): Promise<ServerView> {
    return this.told(({ thisOne }) => thisOne);
  }

  firstIs(state: ServerView['state']): Promise<true> {
    return waitFor(`the first server is ${state}`, async () => (await this.first()).state === state);
  }

  private async told(isMeant: (server: ServerView) => boolean): Promise<ServerView> {
    const found = (await serversOf(this.two)).find(isMeant);
    if (found === undefined) throw new Error('the second server knows of no such server');
    return found;
  }

  async destroy(): Promise<void> {
    await this.one.destroy();
    await this.two.destroy();
    await Promise.all([this.link.close(), this.wire?.close()]);
  }
}

async function serversOf({ api }: Deployment): Promise<ServerView[]> {
  return (await api.get<List<ServerView>>('/api/v1/servers')).items;
}
