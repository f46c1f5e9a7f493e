import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { hasGoodToken } from '#domain/operator/operator.state';
import type { Instant } from '#events/vocabulary';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { OperatorAggregate } from './operator.aggregate.js';
import { OperatorsProjection } from './operators.projection.js';

export class RevokeTokens extends Command<Transacted> {
  constructor(readonly operator: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RevokeTokens)
export class RevokeTokensHandler implements ICommandHandler<RevokeTokens> {
  constructor(private readonly repository: AggregateRepository, private readonly operators: OperatorsProjection) {}

  execute({ operator, envelope }: RevokeTokens): Promise<Transacted> {
    return this.repository.transact(() => new OperatorAggregate(operator), envelope, (aggregate, metadata) => {
      const { at } = metadata;
      aggregate.handle({ type: 'RevokeTokens', otherAdmins: this.hasAdminBeside(operator, at), at }, metadata);
    });
  }

  /**
   * Two streams cannot be decided in one append: two admins who revoke each other in the same instant may both be gone. The way
   * back is the first start's: with `operator.token` removed, the next start issues another.
   */
  private hasAdminBeside(name: string, now: Instant): boolean {
    return [...this.operators.all()].some((each) => each.operator !== name && each.role === 'admin' && hasGoodToken(each, now));
  }
}
