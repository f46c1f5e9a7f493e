import type { OperatorEvent } from '#events/operator.events';
import type { Instant } from '#events/vocabulary';
import type { Decider } from '../decider.js';
import { type Decision, rejection } from '../rejection.js';
import { evolveOperator, type Operator, type OperatorState, type Role, tokenFault } from './operator.state.js';

export type OperatorCommand =
  | { readonly type: 'AddOperator'; readonly operator: string; readonly role: Role }
  | { readonly type: 'IssueToken'; readonly tokenId: string; readonly hash: string; readonly expiresAt?: Instant | undefined }
  | { readonly type: 'RecordTokenUse'; readonly tokenId: string; readonly server: string }
  /** `otherAdmins`: whether anybody else can still manage operators. It is not this stream's to know. */
  | { readonly type: 'RevokeTokens'; readonly otherAdmins: boolean; readonly at: Instant };

type CommandOf<Type extends OperatorCommand['type']> = Extract<OperatorCommand, { readonly type: Type }>;

/** The rules of a principal: its role and its tokens, of which the log knows the hashes only. */
export const operatorDecider: Decider<OperatorState, OperatorCommand, OperatorEvent> = {
  initialState: undefined,
  decide(command, state): Decision<OperatorEvent> {
    if (command.type === 'AddOperator') return add(command, state);
    if (state === undefined) return rejection('operator-not-found', 'there is no such operator');
    switch (command.type) {
      case 'IssueToken': return issue(command, state);
      case 'RecordTokenUse': return recordUse(command, state);
      case 'RevokeTokens': return revoke(command, state);
    }
  },
  evolve: evolveOperator,
};

function add({ operator, role }: CommandOf<'AddOperator'>, state: OperatorState): Decision<OperatorEvent> {
  if (state === undefined) return [{ type: 'OperatorAdded', data: { operator, role } }];
  if (state.role !== role) return rejection('operator-exists', `${operator} is there already, with the role ${state.role}; a role does not change: take another name`);
  return [];
}

function issue({ tokenId, hash, expiresAt }: CommandOf<'IssueToken'>, { tokens }: Operator): Decision<OperatorEvent> {
  if (tokens.some((token) => token.tokenId === tokenId)) return [];
  return [{ type: 'TokenIssued', data: { tokenId, hash, ...(expiresAt === undefined ? {} : { expiresAt }) } }];
}

function recordUse({ tokenId, server }: CommandOf<'RecordTokenUse'>, { tokens }: Operator): Decision<OperatorEvent> {
  const token = tokens.find((each) => each.tokenId === tokenId);
  if (token === undefined) return rejection('token-not-found', 'there is no such token');
  return token.usedOn.has(server) ? [] : [{ type: 'TokenUsed', data: { tokenId, server } }];
}

/** All that it has, the expired ones too. Only tokens that are still good make an admin the last one. */
function revoke({ otherAdmins, at }: CommandOf<'RevokeTokens'>, { operator, role, tokens }: Operator): Decision<OperatorEvent> {
  const good = tokens.some((token) => tokenFault(token, at) === undefined);
  if (role === 'admin' && good && !otherAdmins) return rejection('last-admin', `${operator} is the last admin whose token is good: add another admin first`);
  return tokens.filter(({ revokedAt }) => revokedAt === undefined).map(({ tokenId }) => ({ type: 'TokenRevoked', data: { tokenId } }));
}
