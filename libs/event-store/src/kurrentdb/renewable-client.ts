import { KurrentDBClient } from '@kurrent/kurrentdb-client';

/** For so long after it was replaced a client may still bring an answer. */
const HEARD_OUT_MS = 60_000;

interface Tenancy {
  calls: number;
  isRetired: boolean;
}

/**
 * The client in use, and its successor when it is spoilt: one failed discovery poisons a client's appends for ever, and its reads never move to another
 * node. A spoilt one is disposed of once nothing uses it any more, or after a minute; what it still carries may yet be answered.
 */
export class RenewableClient {
  private client: KurrentDBClient;
  private readonly tenancies = new Map<KurrentDBClient, Tenancy>();
  /** How often the client was renewed. */
  renewals = 0;

  /** @param seedUrls for each node of a cluster one that asks it alone who leads */
  constructor(private readonly url: string, private readonly seedUrls: readonly string[]) {
    this.client = this.make(url);
  }

  get current(): KurrentDBClient {
    return this.client;
  }

  async use<Answer>(client: KurrentDBClient, work: (client: KurrentDBClient) => Promise<Answer>): Promise<Answer> {
    const release = this.hold(client);
    try {
      return await work(client);
    } finally {
      release();
    }
  }

  /** Keeps it from being disposed of, for a minute at most once it is replaced, until what this returns is called. */
  hold(client: KurrentDBClient): () => void {
    const tenancy = this.tenancies.get(client);
    if (tenancy !== undefined) tenancy.calls += 1;
    return () => {
      if (tenancy !== undefined) tenancy.calls -= 1;
      this.disposeOfIdle();
    };
  }

  /**
   * Many calls fail together: only the first of them, whose client is still the current one, makes a new one.
   *
   * @param isSilent nobody answered: the next client asks one node alone, and the one after that another one, so that a frozen one is met once
   */
  renew(failed: KurrentDBClient, isSilent: boolean): void {
    if (failed !== this.client) return;
    try {
      this.client = this.make((isSilent ? this.seedUrls[this.renewals % this.seedUrls.length] : undefined) ?? this.url);
    } catch {
      return; // a file of certificates that is being replaced: the next failure tries again
    }
    this.renewals += 1;
    this.retire(failed);
  }

  /** Whether it is worth asking: a replaced one is only heard out. */
  isInUse(client: KurrentDBClient): boolean {
    return this.tenancies.get(client)?.isRetired === false;
  }

  /** Whatever is still asked was given up by those who asked, or ends now: a node may never answer it. */
  close(): void {
    for (const client of [...this.tenancies.keys()]) this.dispose(client);
  }

  private make(url: string): KurrentDBClient {
    const client = KurrentDBClient.connectionString(url);
    this.tenancies.set(client, { calls: 0, isRetired: false });
    return client;
  }

  private retire(client: KurrentDBClient): void {
    const tenancy = this.tenancies.get(client);
    if (tenancy !== undefined) tenancy.isRetired = true;
    setTimeout(() => this.dispose(client), HEARD_OUT_MS).unref();
    this.disposeOfIdle();
  }

  private disposeOfIdle(): void {
    for (const [client, { calls, isRetired }] of this.tenancies) {
      if (isRetired && calls === 0) this.dispose(client);
    }
  }

  private dispose(client: KurrentDBClient): void {
    if (this.tenancies.delete(client)) void client.dispose().catch(() => undefined);
  }
}
