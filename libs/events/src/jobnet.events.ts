import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { jobnetDefinition } from './definition.js';

const version = z.int().positive();

export const jobnetEvents = {
  JobnetDefined: defineEvent('JobnetDefined', 1, 'A jobnet exists from now on, in its version 1.', z.object({ version, definition: jobnetDefinition })),
  JobnetRevised: defineEvent('JobnetRevised', 1, 'A jobnet has a new version; runs that go on keep theirs.', z.object({ version, definition: jobnetDefinition })),
  JobnetEnabled: defineEvent('JobnetEnabled', 1, 'An operator lets runs of the jobnet be started again; a retired one is back.', z.object({})),
  JobnetDisabled: defineEvent('JobnetDisabled', 1, 'An operator lets no further run of the jobnet be started; runs that go on are untouched.', z.object({})),
  JobnetRetired: defineEvent('JobnetRetired', 1, 'An operator took the jobnet out of use: no further run, no further version. Its history stays readable.', z.object({})),
};

export type JobnetEvent = EventOf<(typeof jobnetEvents)[keyof typeof jobnetEvents]>;
