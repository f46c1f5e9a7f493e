import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Role } from '#domain/operator/operator.state';
import type { Instant } from '#events/vocabulary';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import { CommandRejectedError } from '../event-sourcing/command-failures.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { OperatorAggregate } from './operator.aggregate.js';

/** The principal is added first where it is new. */
export class IssueToken extends Command<Transacted> {
  constructor(readonly operator: string, readonly role: Role, readonly hash: string, readonly envelope: CommandEnvelope, readonly expiresAt?: Instant) {
    super();
  }
}

@CommandHandler(IssueToken)
export class IssueTokenHandler implements ICommandHandler<IssueToken> {
  constructor(private readonly repository: AggregateRepository) {}

  async execute({ operator, role, hash, envelope, expiresAt }: IssueToken): Promise<Transacted> {
    const done = await this.repository.transact(() => new OperatorAggregate(operator), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'AddOperator', operator, role }, metadata);
      aggregate.handle({ type: 'IssueToken', tokenId: tokenIdOf(hash), hash, expiresAt }, metadata);
    });
    // A token is shown once and only its hash is kept: a repeat can neither show it again nor quietly make a second one.
    if (done.repeats !== undefined) {
      throw new CommandRejectedError('token-already-issued', `this command has issued a token already, and a token is shown once; if it was lost, revoke ${operator} and add it again`);
    }
    return done;
  }
}

/** Names a token in the log without giving anything away: the first half of its hash is enough to tell tokens apart. */
function tokenIdOf(hash: string): string {
  return hash.slice(0, 12);
}
