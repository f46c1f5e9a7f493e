import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { instant } from './vocabulary.js';

export const refusalEvents = {
  CommandRefused: defineEvent('CommandRefused', 1, 'Somebody who is known here gave a command that was refused; nothing was changed.', z.object({
    method: z.string(), path: z.string(), status: z.int(), code: z.string(), detail: z.string(),
  })),
  CommandRefusalsSuppressed: defineEvent('CommandRefusalsSuppressed', 1, 'So many further refusals of one source came in the minute that began `since`: they are counted, not told.', z.object({
    count: z.int().min(1), since: instant,
  })),
};

export type RefusalEvent = EventOf<(typeof refusalEvents)[keyof typeof refusalEvents]>;

/** What a refused command was, and what it was answered. */
export type Refusal = z.infer<typeof refusalEvents.CommandRefused.data>;
