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

  it('is the number of its command in 26 digits of 32', () => {
    const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const ids = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '01234567-89ab-cdef-8123-456789abcdef', newCommandId()];
    const numberOf = (runId: string) => [...runId].reduce((number, digit) => number * 32n + BigInt(digits.indexOf(digit)), 0n);
    expect(ids.map((id) => numberOf(runIdOf(id)))).toEqual(ids.map((id) => BigInt(`0x${id.replaceAll('-', '')}`)));
  });
});
