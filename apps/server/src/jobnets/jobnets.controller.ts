import { Body, Controller, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CommandAnswer, commandAnswer, JOBNET_STATES, type JobnetView, jobnetView as jobnetSchema, type List, listOf, validateAnswer } from '#protocol/api';
import { jobnetText } from '#protocol/jobnet-text';
import { CommandGateway } from '../http/command-gateway.js';
import { HttpProblem } from '../http/http-problem.js';
import { manyOf, pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { readDefinition } from './definition/read-definition.js';
import { DefineJobnet } from './define-jobnet.handler.js';
import { jobnetView } from './jobnet.view.js';
import { JobnetsProjection } from './jobnets.projection.js';

const states = manyOf.refine((words) => words.every((word) => (JOBNET_STATES as readonly string[]).includes(word)), `a state is one of ${JOBNET_STATES.join(', ')}`);
const text = { 'application/yaml': z.string(), 'application/json': jobnetText };
/** What is retired is out of the way, and there for who asks for it. */
const listQuery = z.object({ ...pageQuery, state: states.default(['enabled', 'disabled']).describe(`One or several of ${JOBNET_STATES.join(', ')}, separated by commas; without it all but the retired ones.`) });

/** Jobnets are text: what comes in is YAML or JSON, and a fault in it is answered with its line and column. */
@Controller('api/v1/jobnets')
@Tag('jobnets')
export class JobnetsController {
  constructor(private readonly jobnets: JobnetsProjection, private readonly gateway: CommandGateway) {}

  @Post('validate')
  @Route({ summary: 'Check a jobnet\'s text, and change nothing', body: text, question: true, answers: { 200: validateAnswer }, refuses: { 400: ['invalid-definition'] } })
  validateText(@Body() text: unknown) {
    return { valid: true, definition: definitionIn(text) };
  }

  @Put(':id')
  @Route({
    summary: 'Define a jobnet, or revise it', description: 'A text that says the same as the newest version changes nothing.', body: text,
    answers: { 200: commandAnswer, 201: commandAnswer }, refuses: { 400: ['invalid-definition', 'wrong-jobnet'], 409: ['jobnet-disabled', 'jobnet-retired', 'jobnet-mismatch'] },
  })
  async define(
    @Param('id') id: string, @Body() text: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const definition = definitionIn(text);
    if (definition.jobnet !== id) throw new HttpProblem(400, 'wrong-jobnet', `the text defines jobnet ${definition.jobnet}, and the route names ${id}`);
    const { place, version, created } = await this.gateway.execute(new DefineJobnet(definition, this.gateway.envelope(request, principal)));
    reply.status(created ? 201 : 200);
    return { position: place.receipt.position, version };
  }

  @Get()
  @Route({ summary: 'List jobnets, each with its newest version', answers: { 200: listOf(jobnetSchema) } })
  list(@CheckedQuery(listQuery) { limit, cursor, state: wanted }: z.output<typeof listQuery>): List<JobnetView> {
    const page = pageOf(this.jobnets.all(), limit, cursor, ({ jobnet }) => jobnet, ({ state }) => wanted.includes(state.mode));
    return { ...page, items: page.items.map(jobnetView) };
  }

  @Get(':id')
  @Route({ summary: 'Show a jobnet with its newest version', answers: { 200: jobnetSchema }, refuses: { 404: ['jobnet-not-found'] } })
  show(@Param('id') id: string): JobnetView {
    const jobnet = this.jobnets.find(id);
    if (jobnet === undefined) throw new HttpProblem(404, 'jobnet-not-found', `there is no jobnet ${id}`);
    return jobnetView(jobnet);
  }
}

function definitionIn(text: unknown) {
  if (typeof text !== 'string') throw new HttpProblem(400, 'malformed-request', 'the body is the jobnet\'s text, as application/yaml or application/json');
  const read = readDefinition(text);
  if ('definition' in read) return read.definition;
  const [first] = read.faults;
  const more = read.faults.length > 1 ? ` (and ${read.faults.length - 1} more)` : '';
  throw new HttpProblem(400, 'invalid-definition', first === undefined ? 'the definition is not valid' : `line ${first.line}, column ${first.column}: ${first.message}${more}`, read.faults);
}
