import { Injectable } from '@nestjs/common';
import type { OperatorEvent } from '#events/operator.events';
import { operatorDecider } from '#domain/operator/operator.decider';
import type { Operator, Role, Token } from '#domain/operator/operator.state';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

/** Whom a token stands for. Whether it still opens anything is the asker's question: it depends on when. */
export interface TokenHolder {
  readonly operator: string;
  readonly role: Role;
  readonly token: Token;
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
    for (const token of folded.tokens) this.holders.set(token.hash, { operator: folded.operator, role: folded.role, token });
  }

  holderOf(hash: string): TokenHolder | undefined {
    return this.holders.get(hash);
  }

  /** In the order in which they were added. */
  all(): Iterable<Operator> {
    return this.operators.values();
  }
}
