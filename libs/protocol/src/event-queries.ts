import { definitionOf } from '#events/catalogue';
import { z } from 'zod';
import { position } from './agent-link.js';

/** One value, or several separated by commas. */
const oneOrMany = z.string().max(4000).transform((text) => text.split(',').map((each) => each.trim()).filter((each) => each !== ''));

/** A word that no event has would be answered with silence, and silence reads as "nobody did that". */
const eventTypes = oneOrMany.refine((types) => types.every((type) => definitionOf(type) !== undefined), 'there is no such event type; docs/events.md lists them');

const instantText = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** Which events: every given filter must match; a filter matches when one of its values does. */
const eventFilters = {
  actor: oneOrMany.optional(), type: eventTypes.optional(), stream: oneOrMany.optional(), run: oneOrMany.optional(),
  jobnet: oneOrMany.optional(), job: oneOrMany.optional(), since: instantText.optional(),
};

/** `GET /events` and `GET /runs/{runId}/events`. `after` and `cursor` are positions, exclusive; an export without a limit is whole. */
export const eventsQuery = z.object({
  ...eventFilters, until: instantText.optional(), limit: z.coerce.number().int().min(1).max(1000).optional(), cursor: position.optional(), after: position.optional(),
});

/** `GET /stream`: what comes after a position, for ever. Strict: a watcher whose filter was misspelt would see what it did not ask for. */
export const streamQuery = z.strictObject({
  ...eventFilters, after: position.optional(),
  /** `position:id` of the newest event that the watcher was shown: refused (409) where another stands there, because the log was restored. */
  seen: z.string().regex(/^[0-9]{1,20}:[0-9a-f-]{36}$/, 'is position:id of an event').optional(),
});

export type EventsQuery = z.infer<typeof eventsQuery>;
export type StreamQuery = z.infer<typeof streamQuery>;
