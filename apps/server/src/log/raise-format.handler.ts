import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ServerReading } from '#domain/server/log.decider';
import { formats } from '#events/formats';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { LogAggregate } from '../servers/server.aggregate.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { ServerPresence } from '../servers/server-presence.js';
import { ServersProjection, type TrackedServer } from '../servers/servers.projection.js';

/** What this build can record is recorded from now on; a build that does not read it cannot serve this log any more. */
export class RaiseFormat extends Command<Transacted> {
  constructor(readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RaiseFormat)
export class RaiseFormatHandler implements ICommandHandler<RaiseFormat> {
  constructor(
    private readonly repository: AggregateRepository, private readonly servers: ServersProjection, private readonly presence: ServerPresence,
    private readonly identity: ServerIdentity,
  ) {}

  execute({ envelope }: RaiseFormat): Promise<Transacted> {
    return this.repository.transact(() => new LogAggregate(), envelope, (log, metadata) => {
      const servers = [...this.servers.all()].filter(({ state }) => state === 'serving').map((each) => this.readingOf(each));
      log.handle({ type: 'RaiseFormat', format: formats.newest, servers }, metadata);
    });
  }

  private readingOf({ server, version }: TrackedServer): ServerReading {
    return { server, version, reads: server === this.identity.id ? formats.newest : this.presence.heardOf(server)?.reads };
  }
}
