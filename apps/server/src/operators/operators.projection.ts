import { Injectable } from '@nestjs/common';
import type { OperatorEvent } from '#events/operator.events';
import { type Operator, operatorDecider, type Role } from '#domain/operator/operator.decider';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

/** Whom a token stands for. */
export interface TokenHolder {
  readonly operator: string;
  readonly role: Role;
  readonly tokenId: string;
}

/** Who may use the server, found by the hash of the token that is shown. */
@Injectable()
export class OperatorsProjection implements Projection {
  private readonly operators = new Map<string, Operator>();
  private readonly holders = new Map<string, TokenHolder>();

  apply({ event, recorded: { stream, metadata } }: FoldedEvent): void {
    if (!stream.startsWith('operator-')) return;
    const folded = operatorDecider.evolve(this.operators.get(stream), event as OperatorEvent, metadata) as Operator;
    this.operators.set(stream, folded);
    for (const { hash, tokenId } of folded.tokens) this.holders.set(hash, { operator: folded.operator, role: folded.role, tokenId });
  }

  holderOf(hash: string): TokenHolder | undefined {
    return this.holders.get(hash);
  }
}
