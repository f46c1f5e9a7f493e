import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { jobnetDefinition } from './definition.js';
import { occurrenceKey } from './planning/schedule.events.js';
import { identifier } from './vocabulary.js';

const version = z.int().positive();
/** Runs that had been admitted and were over by then. */
const over = z.array(identifier).optional();
const ofSchedule = { runId: identifier, schedule: identifier, key: occurrenceKey };

export const jobnetEvents = {
  JobnetDefined: defineEvent('JobnetDefined', 1, 'A jobnet exists from now on, in its version 1.', z.object({ version, definition: jobnetDefinition })),
  JobnetRevised: defineEvent('JobnetRevised', 1, 'A jobnet has a new version; runs that go on keep theirs.', z.object({ version, definition: jobnetDefinition })),
  JobnetEnabled: defineEvent('JobnetEnabled', 1, 'An operator lets runs of the jobnet be started again; a retired one is back.', z.object({})),
  JobnetDisabled: defineEvent('JobnetDisabled', 1, 'An operator lets no further run of the jobnet be started; runs that go on are untouched.', z.object({})),
  JobnetRetired: defineEvent('JobnetRetired', 1, 'An operator took the jobnet out of use: no further run, no further version. Its history stays readable.', z.object({})),
  RunAdmitted: defineEvent('RunAdmitted', 1, 'A run that a schedule wants may begin: no other run of the jobnet is open.', z.object({ runId: identifier, over })),
  RunQueued: defineEvent('RunQueued', 1, 'A run that a schedule wants waits until the open ones are over; where it replaces them, they are stopped.', z.object({
    ...ofSchedule, behind: z.array(identifier), replaces: z.boolean(), over,
  })),
  RunPassedOver: defineEvent('RunPassedOver', 1, 'A run that a schedule wanted is left out: another one is open, and the schedule says to skip.', z.object({ ...ofSchedule, because: z.array(identifier), over })),
  QueuedRunDropped: defineEvent('QueuedRunDropped', 1, 'A run that waited is left out: a newer one of its schedule replaces it, or an operator has dropped it.', z.object({
    runId: identifier,
    /** The run that replaces it; itself where an operator has dropped it, whom the metadata names. */
    by: identifier,
  })),
};

export type JobnetEvent = EventOf<(typeof jobnetEvents)[keyof typeof jobnetEvents]>;
