import type { Operator, Token } from '#domain/operator/operator.state';
import type { OperatorView, TokenView } from '#protocol/api';

/** An operator as the API shows it: of its tokens everything but the hash. */
export function operatorView({ operator, role, tokens }: Operator): OperatorView {
  return { name: operator, role, tokens: tokens.map(tokenView) };
}

function tokenView({ tokenId, issuedAt, expiresAt, revokedAt, lastUse }: Token): TokenView {
  return {
    tokenId, issuedAt,
    ...(expiresAt === undefined ? {} : { expiresAt }), ...(revokedAt === undefined ? {} : { revokedAt }), ...(lastUse === undefined ? {} : { lastUse }),
  };
}
