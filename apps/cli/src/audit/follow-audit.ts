import type { EventView } from '#protocol/api';
import type { Query } from '../client/api-client.js';
import type { Session } from '../commands/client-command.js';
import { visible } from '../output/plain-text.js';
import { localTime } from '../output/time-words.js';
import { Contact } from '../watching/contact.js';
import { followEvents } from '../watching/follow-events.js';
import { untilCtrlC } from '../watching/until-ctrl-c.js';
import { about, who, why } from './event-words.js';

/** Prints what comes until Ctrl-C, never faster than its reader reads. `after` is where it begins. */
export function followAudit({ api, out }: Session, query: Query, after: string | undefined, asJson: boolean): Promise<void> {
  return untilCtrlC(out, 'no longer following', async () => {
    for await (const { event, raw } of followEvents(api, query, after, new Contact(out, api.connection.url, false))) {
      await out.lineWhenTaken(asJson ? raw : lineOf(event, out.nowMs));
    }
  });
}

function lineOf(event: EventView, nowMs: number): string {
  const fields = [event.position, localTime(event.at, nowMs), event.stream, event.type, about(event), who(event), why(event)];
  return visible(fields.filter((field) => field !== '').join('  '));
}
