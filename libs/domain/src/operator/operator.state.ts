import type { OperatorEvent } from '#events/operator.events';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import type { FoldContext } from '../decider.js';

export type Role = 'viewer' | 'operator' | 'admin' | 'enrolment';

export interface Token {
  readonly tokenId: string;
  readonly hash: string;
  readonly issuedAt: Instant;
  readonly expiresAt?: Instant | undefined;
  readonly revokedAt?: Instant | undefined;
  readonly lastUse?: Instant | undefined;
  /** Servers (one process life each) that saw it used. */
  readonly usedOn: ReadonlySet<string>;
}

export interface Operator {
  readonly operator: string;
  readonly role: Role;
  readonly tokens: readonly Token[];
}

export type OperatorState = Operator | undefined;

/** Why a token opens nothing at that moment, and since when; undefined while it is good. */
export function tokenFault({ revokedAt, expiresAt }: Token, now: Instant): { readonly kind: 'revoked' | 'expired'; readonly at: Instant } | undefined {
  if (revokedAt !== undefined) return { kind: 'revoked', at: revokedAt };
  return expiresAt !== undefined && expiresAt <= now ? { kind: 'expired', at: expiresAt } : undefined;
}

export function hasGoodToken({ tokens }: Operator, now: Instant): boolean {
  return tokens.some((token) => tokenFault(token, now) === undefined);
}

export function evolveOperator(state: OperatorState, event: OperatorEvent, { at }: FoldContext): Operator {
  if (event.type === 'OperatorAdded') {
    if (state !== undefined) throw corruptHistory(`operator ${state.operator} was added twice`);
    return { operator: event.data.operator, role: event.data.role, tokens: [] };
  }
  if (state === undefined) throw corruptHistory(`${event.type} before OperatorAdded`);
  const { data } = event;
  const change = (differing: (token: Token) => Partial<Token>): Operator => (
    { ...state, tokens: state.tokens.map((token) => (token.tokenId === data.tokenId ? { ...token, ...differing(token) } : token)) }
  );
  switch (event.type) {
    case 'TokenIssued':
      return { ...state, tokens: [...state.tokens, { ...event.data, issuedAt: at, usedOn: new Set() }] };
    case 'TokenUsed': {
      const { server } = event.data;
      return change(({ usedOn }) => ({ lastUse: at, usedOn: new Set(usedOn).add(server) }));
    }
    case 'TokenRevoked':
      return change(({ revokedAt }) => ({ revokedAt: revokedAt ?? at }));
  }
}
