import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { jobnetDefinition } from './definition.js';

const version = z.int().positive();

export const jobnetEvents = {
  JobnetDefined: defineEvent('JobnetDefined', 1, 'A jobnet exists from now on, in its version 1.', z.object({ version, definition: jobnetDefinition })),
  JobnetRevised: defineEvent('JobnetRevised', 1, 'A jobnet has a new version; runs that go on keep theirs.', z.object({ version, definition: jobnetDefinition })),
};

export type JobnetEvent = EventOf<(typeof jobnetEvents)[keyof typeof jobnetEvents]>;
