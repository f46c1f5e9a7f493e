import type { OperatorEvent } from '#events/operator.events';
import type { Instant } from '#events/vocabulary';
import { type OperatorCommand, operatorDecider } from './operator.decider.js';
import { hasGoodToken, type OperatorState, type Role, tokenFault } from './operator.state.js';

const instant = (text: string) => text as Instant;
const ISSUED = instant('2026-11-22T20:00:00.000Z');
const NOON = instant('2026-11-23T12:00:00.000Z');

function fold(...events: OperatorEvent[]): OperatorState {
  const context = { at: ISSUED, actor: { kind: 'operator', id: 'admin' }, commandId: 'c1' } as const;
  return events.reduce<OperatorState>((state, event) => operatorDecider.evolve(state, event, context), operatorDecider.initialState);
}

const added = (role: Role = 'operator'): OperatorEvent => ({ type: 'OperatorAdded', data: { operator: 'alice', role } });
const issued = (tokenId = 't1', expiresAt?: Instant): OperatorEvent => ({ type: 'TokenIssued', data: { tokenId, hash: `hash of ${tokenId}`, ...(expiresAt === undefined ? {} : { expiresAt }) } });
const used = (server: string): OperatorEvent => ({ type: 'TokenUsed', data: { tokenId: 't1', server } });
const revoked = (tokenId = 't1'): OperatorEvent => ({ type: 'TokenRevoked', data: { tokenId } });

const add = (role: Role = 'operator'): OperatorCommand => ({ type: 'AddOperator', operator: 'alice', role });
const issue = (tokenId: string, expiresAt?: Instant): OperatorCommand => ({ type: 'IssueToken', tokenId, hash: `hash of ${tokenId}`, expiresAt });
const use = (server: string): OperatorCommand => ({ type: 'RecordTokenUse', tokenId: 't1', server });
const revoke = (otherAdmins = true): OperatorCommand => ({ type: 'RevokeTokens', otherAdmins, at: NOON });

/** What is decided, and that the same command again decides nothing. */
function decided(command: OperatorCommand, ...history: OperatorEvent[]): readonly OperatorEvent[] {
  const decision = operatorDecider.decide(command, fold(...history));
  if ('rejected' in decision) throw new Error(decision.message);
  expect(operatorDecider.decide(command, fold(...history, ...decision))).toEqual([]);
  return decision;
}

const refused = (command: OperatorCommand, ...history: OperatorEvent[]) => (operatorDecider.decide(command, fold(...history)) as { rejected?: string }).rejected;

describe('an operator', () => {
  it('is added once, in one role', () => {
    expect(decided(add())).toEqual([added()]);
    expect(refused(add('admin'), added())).toBe('operator-exists');
  });

  it('that is not there has no tokens', () => {
    for (const command of [issue('t1'), use('s'), revoke()]) expect(refused(command)).toBe('operator-not-found');
  });
});

describe('a token', () => {
  it('is issued, and further ones beside it', () => {
    expect(decided(issue('t1'), added())).toEqual([issued()]);
    expect(decided(issue('t2', NOON), added(), issued())).toEqual([issued('t2', NOON)]);
  });

  it('is seen used once by each server', () => {
    expect(decided(use('s2'), added(), issued(), used('s1'))).toEqual([used('s2')]);
    expect(fold(added(), issued(), used('s1'))?.tokens[0]).toMatchObject({ lastUse: ISSUED });
    expect(refused(use('s1'), added())).toBe('token-not-found');
  });

  it('is good until the instant at which it expires, and then for ever not', () => {
    const [token] = fold(added(), issued('t1', NOON))?.tokens ?? [];
    expect([instant('2026-11-23T11:59:59.999Z'), NOON].map((now) => tokenFault(token!, now))).toEqual([undefined, { kind: 'expired', at: NOON }]);
  });

  it('is not good once it is revoked', () => {
    const operator = fold(added(), issued(), issued('t2'), revoked())!;
    expect(operator.tokens.map((token) => tokenFault(token, NOON)?.kind)).toEqual(['revoked', undefined]);
    expect([hasGoodToken(operator, NOON), hasGoodToken(fold(added(), issued(), revoked())!, NOON)]).toEqual([true, false]);
  });
});

describe('revoking', () => {
  it('takes every token that is left, the expired ones too', () => {
    expect(decided(revoke(), added(), issued(), issued('t2', ISSUED), issued('t3'), revoked('t3'))).toEqual([revoked('t1'), revoked('t2')]);
  });

  it('spares the last admin', () => {
    expect(refused(revoke(false), added('admin'), issued())).toBe('last-admin');
    expect(decided(revoke(true), added('admin'), issued())).toEqual([revoked()]);
    expect(decided(revoke(false), added('operator'), issued())).toEqual([revoked()]);
  });

  it('is possible for an admin who could not do anything any more', () => {
    expect(decided(revoke(false), added('admin'), issued('t1', ISSUED))).toEqual([revoked()]);
  });
});

describe('a history that cannot be', () => {
  it.each<[string, OperatorEvent[]]>([['added twice', [added(), added()]], ['a token of nobody', [issued()]]])('is corrupt: %s', (_what, events) => {
    expect(() => fold(...events)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }));
  });
});
