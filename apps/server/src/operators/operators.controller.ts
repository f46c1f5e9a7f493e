import { Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type AddOperatorBody, addOperatorBody, type CommandAnswer, commandAnswer, type IssuedToken, issuedToken, type List, listOf, type OperatorView, operatorView as operatorSchema,
  type RunInterventionBody, runInterventionBody,
} from '#protocol/api';
import type { Instant } from '#events/vocabulary';
import { LogClock } from '../event-sourcing/log-clock.js';
import { CommandGateway } from '../http/command-gateway.js';
import { HttpProblem } from '../http/http-problem.js';
import { pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, NeedsRole, type Principal } from '../http/principal.js';
import { CheckedBody, CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { FIRST_START_NAMES } from './bootstrap-tokens.js';
import { IssueToken } from './issue-token.handler.js';
import { operatorView } from './operator.view.js';
import { OperatorsProjection } from './operators.projection.js';
import { RevokeTokens } from './revoke-tokens.handler.js';
import { hashToken, newToken } from './token.js';

const listQuery = z.object(pageQuery);
const DAY_MS = 24 * 60 * 60 * 1000;

/** Who may use the server. Everybody may look, an admin decides. */
@Controller('api/v1/operators')
@Tag('operators')
export class OperatorsController {
  constructor(private readonly operators: OperatorsProjection, private readonly gateway: CommandGateway, private readonly clock: LogClock) {}

  /** The answer is the only place where the token ever stands; a repeat with the same Idempotency-Key is 409 `token-already-issued`. */
  @Post()
  @NeedsRole('admin')
  @Route({
    summary: 'Add an operator, or give one a further token', answers: { 201: issuedToken }, refuses: { 409: ['name-reserved', 'operator-exists', 'token-already-issued'] },
    description: 'The answer is the only place where the token ever stands: a repeat with the same `Idempotency-Key` is refused.',
  })
  async add(@CheckedBody(addOperatorBody) { name, role, expiresInDays, ...why }: AddOperatorBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<IssuedToken> {
    if (FIRST_START_NAMES.includes(name)) throw new HttpProblem(409, 'name-reserved', `${name} is made by the server's first start: take another name`);
    const token = newToken();
    const { position } = await this.gateway.answer(new IssueToken(name, role, hashToken(token), this.gateway.envelope(request, principal, why), this.inDays(expiresInDays)));
    return { position, token };
  }

  @Get()
  @Route({ summary: 'List operators and their tokens', answers: { 200: listOf(operatorSchema) } })
  list(@CheckedQuery(listQuery) { limit, cursor }: z.output<typeof listQuery>): List<OperatorView> {
    const page = pageOf(this.operators.all(), limit, cursor, ({ operator }) => operator);
    return { ...page, items: page.items.map(operatorView) };
  }

  @Post(':name/revoke')
  @NeedsRole('admin')
  @Route({ summary: 'Revoke every token of an operator', answers: { 200: commandAnswer }, refuses: { 404: ['operator-not-found'], 409: ['last-admin'] } })
  revoke(@Param('name') name: string, @CheckedBody(runInterventionBody) why: RunInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RevokeTokens(name, this.gateway.envelope(request, principal, why)));
  }

  private inDays(days: number | undefined): Instant | undefined {
    return days === undefined ? undefined : (new Date(Date.parse(this.clock.now()) + days * DAY_MS).toISOString() as Instant);
  }
}
