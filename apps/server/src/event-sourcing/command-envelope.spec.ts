import { identifier } from '#events/vocabulary';
import { idempotentCommandId, newCommandId, runIdOf } from './command-envelope.js';

const mika = { kind: 'operator', id: 'mika' } as const;

describe('the id of a command', () => {
  it('with a key is the same for the same actor, method, path and key, and no other', () => {
    const id = idempotentCommandId(mika, 'POST', '/api/v1/jobnets/A/runs', 'k');
    expect(idempotentCommandId({ ...mika, tokenId: 'another' }, 'POST', '/api/v1/jobnets/A/runs', 'k')).toBe(id);
    const others = [
      idempotentCommandId({ kind: 'operator', id: 'rin' }, 'POST', '/api/v1/jobnets/A/runs', 'k'),
      idempotentCommandId(mika, 'PUT', '/api/v1/jobnets/A/runs', 'k'),
      idempotentCommandId(mika, 'POST', '/api/v1/jobnets/B/runs', 'k'),
      idempotentCommandId(mika, 'POST', '/api/v1/jobnets/A/runs', 'k2'),
      idempotentCommandId(mika, 'POST', '/api/v1/jobnets/A/run', 'sk'),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it('without one is new each time, and grows with time', () => {
    expect(newCommandId()).not.toBe(newCommandId());
    expect(newCommandId(1_000) < newCommandId(2_000)).toBe(true);
  });
});

describe('the id of a run', () => {
  it('follows from its command, is an identifier, and sorts by time', () => {
    const [early, late] = [newCommandId(1_790_000_000_000), newCommandId(1_790_000_000_001)];
    expect(runIdOf(early)).toBe(runIdOf(early));
    expect(runIdOf(early)).toHaveLength(26);
    expect(identifier.safeParse(runIdOf(early)).success).toBe(true);
    expect(runIdOf(early) < runIdOf(late)).toBe(true);
  });
});
