import type { Execution } from '#domain/run/run.state';
import type { Instant } from '#events/vocabulary';
import { evidenceOf } from './evidence.js';

const [t1, t2, t3] = ['2026-11-22T20:00:01.000Z', '2026-11-22T20:00:02.000Z', '2026-11-22T20:00:03.000Z'] as Instant[] as [Instant, Instant, Instant];
const out: Execution = { executionId: 'r~A~1', ordinal: 1, attempt: 1, agent: 'local', state: 'dispatched', dispatchedAt: t1 };
const running: Execution = { ...out, state: 'running', lastHeardAt: t2 };

describe('the evidence for an execution', () => {
  it('is none when it has ended: nothing is left to doubt', () => {
    expect(evidenceOf({ ...running, state: 'finished' }, { connected: false, since: t3 })).toEqual({ kind: 'none' });
  });

  it('is none while it is on its way to an agent that is there', () => {
    expect(evidenceOf(out, { connected: true, since: t1 })).toEqual({ kind: 'none', since: t1 });
  });

  it('is confirmed while the agent is there and has spoken of it, since the later of both', () => {
    expect(evidenceOf(running, { connected: true, since: t1 })).toEqual({ kind: 'confirmed', since: t2, lastHeardAt: t2 });
    expect(evidenceOf(running, { connected: true, since: t3 })).toEqual({ kind: 'confirmed', since: t3, lastHeardAt: t2 });
  });

  it('is silent since the contact was lost, or since the dispatch when that came later', () => {
    expect(evidenceOf(running, { connected: false, since: t3 })).toEqual({ kind: 'silent', since: t3, lastHeardAt: t2 });
    expect(evidenceOf({ ...out, dispatchedAt: t3 }, { connected: false, since: t2 })).toEqual({ kind: 'silent', since: t3 });
    expect(evidenceOf(out, undefined)).toEqual({ kind: 'silent', since: t1 });
  });

  it('is unreachable once the silence was put on record as too long, and still since it began', () => {
    expect(evidenceOf(running, { connected: false, since: t3, unreachable: true })).toEqual({ kind: 'unreachable', since: t3, lastHeardAt: t2 });
    expect(evidenceOf({ ...running, orphanedSince: t2 }, { connected: false, since: t3, unreachable: true }).kind).toBe('unreachable');
    expect(evidenceOf({ ...running, notKnownSince: t3 }, { connected: false, since: t3, unreachable: true }).kind).toBe('unknown-to-agent');
    expect(evidenceOf({ ...running, state: 'finished' }, { connected: false, since: t3, unreachable: true })).toEqual({ kind: 'none' });
  });

  it('is that the agent does not know it, until the agent speaks of it after all', () => {
    expect(evidenceOf({ ...running, notKnownSince: t3 }, { connected: true, since: t3 })).toEqual({ kind: 'unknown-to-agent', since: t3, lastHeardAt: t2 });
    expect(evidenceOf({ ...running, notKnownSince: t2, knownAfterAll: true }, { connected: true, since: t1 }).kind).toBe('confirmed');
  });

  it('is orphaned while the agent that says so is there', () => {
    expect(evidenceOf({ ...running, orphanedSince: t2 }, { connected: true, since: t1 })).toEqual({ kind: 'orphaned', since: t2, lastHeardAt: t2 });
    expect(evidenceOf({ ...running, orphanedSince: t2 }, { connected: false, since: t3 }).kind).toBe('silent');
  });
});
