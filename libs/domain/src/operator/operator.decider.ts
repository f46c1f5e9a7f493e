import type { OperatorEvent } from '#events/operator.events';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import type { Decider } from '../decider.js';
import { type Decision, rejection } from '../rejection.js';

export type Role = 'viewer' | 'operator' | 'admin' | 'enrolment';

export interface Token {
  readonly tokenId: string;
  readonly hash: string;
  readonly expiresAt?: Instant | undefined;
  /** Servers (one process life each) that saw it used. */
  readonly usedOn: ReadonlySet<string>;
}

export interface Operator {
  readonly operator: string;
  readonly role: Role;
  readonly tokens: readonly Token[];
}

export type OperatorState = Operator | undefined;

export type OperatorCommand =
  | { readonly type: 'AddOperator'; readonly operator: string; readonly role: Role }
  | { readonly type: 'IssueToken'; readonly tokenId: string; readonly hash: string }
  | { readonly type: 'RecordTokenUse'; readonly tokenId: string; readonly server: string };

/** The rules of a principal: its role and its tokens, of which the log knows the hashes only. */
export const operatorDecider: Decider<OperatorState, OperatorCommand, OperatorEvent> = {
  initialState: undefined,
  decide(command, state): Decision<OperatorEvent> {
    if (command.type === 'AddOperator') return state === undefined ? [{ type: 'OperatorAdded', data: { operator: command.operator, role: command.role } }] : [];
    if (state === undefined) return rejection('operator-not-found', 'there is no such operator');
    const { tokenId } = command;
    const token = state.tokens.find((each) => each.tokenId === tokenId);
    switch (command.type) {
      case 'IssueToken':
        return token === undefined ? [{ type: 'TokenIssued', data: { tokenId, hash: command.hash } }] : [];
      case 'RecordTokenUse':
        if (token === undefined) return rejection('token-not-found', 'there is no such token');
        return token.usedOn.has(command.server) ? [] : [{ type: 'TokenUsed', data: { tokenId, server: command.server } }];
    }
  },
  evolve(state, event): Operator {
    if (event.type === 'OperatorAdded') {
      if (state !== undefined) throw corruptHistory(`operator ${state.operator} was added twice`);
      return { operator: event.data.operator, role: event.data.role, tokens: [] };
    }
    if (state === undefined) throw corruptHistory(`${event.type} before OperatorAdded`);
    switch (event.type) {
      case 'TokenIssued':
        return { ...state, tokens: [...state.tokens, { ...event.data, usedOn: new Set() }] };
      case 'TokenUsed':
        return { ...state, tokens: state.tokens.map((token) => (token.tokenId === event.data.tokenId ? { ...token, usedOn: new Set(token.usedOn).add(event.data.server) } : token)) };
    }
  },
};
