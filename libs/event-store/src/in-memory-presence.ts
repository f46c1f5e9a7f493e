import type { Presence } from './event-store.port.js';
import { saying } from './log/saying.js';

/** Between stores of one process. */
export class InMemoryPresence implements Presence {
  private readonly said = new Map<string, string>();

  async say(key: string, text: string): Promise<void> {
    this.said.set(...saying(key, text));
  }

  async heard(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.said);
  }
}
