import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Role } from '#domain/operator/operator.state';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { SERVER_OPTIONS, type ServerOptions } from '../server-options.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { IssueToken } from './issue-token.handler.js';
import { OperatorsProjection } from './operators.projection.js';
import { tokenInFile } from './token-files.js';
import { hashToken } from './token.js';

/** The two tokens of a first start: one for a person, who is `admin`, and one with which agents enrol. */
const FILES = [
  { name: 'operator.token', operator: 'admin', role: 'admin' },
  { name: 'agent.token', operator: 'agent-enrolment', role: 'enrolment' },
] as const satisfies readonly { name: string; operator: string; role: Role }[];

/** Names that are not given to anybody else. */
export const FIRST_START_NAMES: readonly string[] = FILES.map(({ operator }) => operator);

@Injectable()
export class BootstrapTokens {
  constructor(
    @Inject(SERVER_OPTIONS) private readonly options: ServerOptions,
    private readonly operators: OperatorsProjection,
    private readonly follower: LogFollower,
    private readonly identity: ServerIdentity,
    private readonly bus: CommandBus,
  ) {}

  /** Makes the files where they are missing, and puts on record what the log does not know yet. Returns where new ones lie. */
  async ensure(): Promise<string[]> {
    const made: string[] = [];
    for (const { name, operator, role } of FILES) {
      const file = await tokenInFile(this.options.data, name);
      if (file.made) made.push(file.path);
      const hash = hashToken(file.token);
      if (this.operators.holderOf(hash) !== undefined) continue;
      const envelope = { commandId: newCommandId(), actor: this.identity.actor };
      const { place } = await this.bus.execute(new IssueToken(operator, role, hash, envelope));
      await this.follower.whenFolded(BigInt(place.receipt.position));
    }
    return made;
  }
}
