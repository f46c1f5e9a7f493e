import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import type { Principal } from '../http/principal.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { RecordTokenUse } from './record-token-use.handler.js';

/** Puts the first use of each token since the server's start on record; every command names its token anyway. */
@Injectable()
export class TokenUse {
  private readonly logger = new Logger(TokenUse.name);
  private readonly seen = new Set<string>();

  constructor(private readonly bus: CommandBus, private readonly identity: ServerIdentity) {}

  noticed({ actor, role, tokenId }: Principal): void {
    if (role === 'agent' || this.seen.has(tokenId)) return;
    this.seen.add(tokenId);
    this.bus.execute(new RecordTokenUse(actor.id, tokenId, this.identity.life, { commandId: newCommandId(), actor })).catch((error: unknown) => {
      // The next request tries again; a log that cannot be written is no reason to refuse a read.
      this.seen.delete(tokenId);
      this.logger.warn({ msg: 'the use of a token could not be recorded', tokenId, error: String(error) });
    });
  }
}
