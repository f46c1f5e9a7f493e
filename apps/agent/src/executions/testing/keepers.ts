import { ExecutionKeeper } from '../execution-keeper.js';
import type { KeeperOptions } from '../keeper-options.js';

/** The keepers that a test opens on one data directory, one after the other. */
export class Keepers {
  private readonly opened: ExecutionKeeper[] = [];

  constructor(private readonly dataDir: string) {}

  async open(options: Partial<KeeperOptions> = {}): Promise<ExecutionKeeper> {
    const keeper = await ExecutionKeeper.open({ dataDir: this.dataDir, slots: 4, onReport: () => undefined, log: () => undefined, pollMs: 50, ...options });
    this.opened.push(keeper);
    return keeper;
  }

  /** As the next process of the agent. */
  async reopen(keeper: ExecutionKeeper, options: Partial<KeeperOptions> = {}): Promise<ExecutionKeeper> {
    await keeper.close();
    return this.open(options);
  }

  async close(): Promise<void> {
    for (const keeper of this.opened) await keeper.close();
  }
}
