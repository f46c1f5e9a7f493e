import { randomUUID } from 'node:crypto';
import { ANY, BACKWARDS, END, jsonEvent, type JSONType } from '@kurrent/kurrentdb-client';
import type { Presence } from '../event-store.port.js';
import { saying } from '../log/saying.js';
import { isAbsent } from './kurrentdb.errors.js';
import type { PersistentCaller } from './persistent-caller.js';

/** So many of the newest are kept and read: ten servers that speak once a second, for ten seconds. The database drops the others when it scavenges. */
const NEWEST = 100;

/** What `say` wrote. */
interface Said {
  readonly key: string;
  readonly text: string;
}

/** A stream beside the log, under none of its prefixes, of which the database keeps the newest events only. */
export class StreamPresence implements Presence {
  private isBounded = false;

  /** @param stream its name in the database */
  constructor(private readonly caller: PersistentCaller, private readonly stream: string) {}

  async say(key: string, text: string): Promise<void> {
    const [name, words] = saying(key, text);
    if (!this.isBounded) await this.write(`$$${this.stream}`, '$metadata', { $maxCount: NEWEST });
    this.isBounded = true;
    await this.write(this.stream, 'Said', { key: name, text: words } satisfies Said);
  }

  async heard(): Promise<ReadonlyMap<string, string>> {
    const heard = new Map<string, string>();
    await this.caller.call('reading who is there', async (client) => {
      heard.clear();
      try {
        for await (const { event } of client.readStream(this.stream, { direction: BACKWARDS, fromRevision: END, maxCount: NEWEST, requiresLeader: true })) {
          if (event?.type !== 'Said') continue;
          const { key, text } = event.data as unknown as Said;
          if (!heard.has(key)) heard.set(key, text);
        }
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    });
    return heard;
  }

  private async write(stream: string, type: string, data: JSONType): Promise<void> {
    const event = jsonEvent({ id: randomUUID(), type, data });
    await this.caller.call('saying that we are there', (client) => client.appendToStream(stream, event, { streamState: ANY, deadline: this.caller.patience.answerMs }));
  }
}
