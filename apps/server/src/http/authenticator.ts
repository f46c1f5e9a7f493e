import { Injectable } from '@nestjs/common';
import { tokenFault } from '#domain/operator/operator.state';
import { AgentsProjection } from '../agents/agents.projection.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { OperatorsProjection, type TokenHolder } from '../operators/operators.projection.js';
import { hashToken } from '../operators/token.js';
import { HttpProblem } from './http-problem.js';
import type { Principal } from './principal.js';

/** Tells who is behind a token, as the log knows it at this moment: a token that was revoked or has expired is nobody's. */
@Injectable()
export class Authenticator {
  constructor(private readonly operators: OperatorsProjection, private readonly agents: AgentsProjection, private readonly clock: LogClock) {}

  /** @throws HttpProblem 401 that says what is wrong with the header or its token */
  principalOf(header: string | undefined): Principal {
    const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw new HttpProblem(401, 'token-missing', 'a token is needed: `Authorization: Bearer <token>`');
    const hash = hashToken(token);
    const holder = this.operators.holderOf(hash);
    if (holder !== undefined) return this.operatorBehind(holder);
    const agent = this.agents.nameOf(hash);
    if (agent === undefined) throw new HttpProblem(401, 'token-unknown', 'this token is not known here');
    return { actor: { kind: 'agent', id: agent }, role: 'agent', tokenId: hash.slice(0, 12) };
  }

  private operatorBehind({ operator: id, role, token }: TokenHolder): Principal {
    const { tokenId } = token;
    const fault = tokenFault(token, this.clock.now());
    if (fault !== undefined) throw new HttpProblem(401, `token-${fault.kind}`, `token ${tokenId} was ${fault.kind === 'revoked' ? 'revoked' : 'good until'} ${fault.at}`);
    return { actor: { kind: 'operator', id, tokenId }, role, tokenId };
  }
}
