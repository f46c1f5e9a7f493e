import type { JobnetDefinition } from '#events/definition';
import fc from 'fast-check';
import { job, jobnet } from './jobnets.js';
import type { Script } from './simulated-run.js';

export type Step =
  | { readonly do: 'report'; readonly execution: number; readonly facts: readonly number[] }
  | { readonly do: 'skip'; readonly job: number }
  | { readonly do: 'slots'; readonly agent: string; readonly slots: number }
  | { readonly do: 'dispatch' }
  /** So much later, and what is first due by then. */
  | { readonly do: 'time'; readonly seconds: number }
  | { readonly do: 'not-known'; readonly execution: number }
  | { readonly do: 'repeat'; readonly command: number };

const anyIndex = fc.nat({ max: 1000 });
const agentName = fc.constantFrom('local', 'other');

/** Short beside what a step of time may be, so that dues come early, late and several at once. */
const anySeconds = fc.integer({ min: 1, max: 200 });
const anyDelay = fc.option(anySeconds, { nil: undefined });

const anyRetry = fc.option(fc.record({
  limit: fc.integer({ min: 1, max: 3 }), delaySeconds: fc.nat({ max: 100 }), backoff: fc.constantFrom(1, 1.5, 3), on: fc.constant<'failed'[]>(['failed']),
  exitCodes: fc.constantFrom<(number[] | undefined)[]>(undefined, [1], [2]),
}), { nil: undefined });

const anyDeadline = fc.option(fc.record({
  expectedSeconds: fc.option(anySeconds, { nil: undefined }), latestStartSeconds: fc.option(anySeconds, { nil: undefined }), then: fc.constantFrom('warn' as const, 'stop' as const),
}), { nil: undefined, freq: 3 });

const anyTimeout = fc.option(fc.record({ seconds: anySeconds }), { nil: undefined, freq: 3 });

const anyPolicy = fc.constantFrom(undefined, 'ask' as const, 'fail' as const, 'rerun' as const);

/** One to twelve jobs; each is after some of those written before it, so that there is no circle. */
export const anyJobnet: fc.Arbitrary<JobnetDefinition> = fc.record({
  onFailure: fc.constantFrom('hold' as const, 'end' as const),
  deadline: anyDeadline,
  timeout: anyTimeout,
  jobs: fc.array(fc.record({ agent: agentName, delaySeconds: anyDelay, retry: anyRetry, onLost: anyPolicy, onUnknown: anyPolicy, after: fc.array(anyIndex, { maxLength: 3 }) }), { minLength: 1, maxLength: 12 }),
}).map(({ onFailure, deadline, timeout, jobs }) => jobnet(jobs.map(({ agent, delaySeconds, retry, onLost, onUnknown, after }, index) => job(`J${index}`, {
  agent, delaySeconds, retry, onLost, onUnknown, after: index === 0 ? [] : [...new Set(after.map((each) => `J${each % index}`))],
})), { onFailure, deadline, timeout }));

export const anyScripts: fc.Arbitrary<readonly Script[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: fc.constant('succeeds' as const) }, fc.constantFrom('fails', 'never-started', 'declined', 'lost')),
  { minLength: 1, maxLength: 20 },
);

export const anySlots = fc.record({ local: fc.integer({ min: 1, max: 3 }), other: fc.integer({ min: 1, max: 3 }) });

export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('report' as const), execution: anyIndex, facts: fc.array(anyIndex, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('skip' as const), job: anyIndex }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('slots' as const), agent: agentName, slots: fc.integer({ min: 0, max: 4 }) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'dispatch' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('time' as const), seconds: fc.nat({ max: 100 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('not-known' as const), execution: anyIndex }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), command: anyIndex }) },
), { maxLength: 60 });
