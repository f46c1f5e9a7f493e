import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { HttpProblem } from '../http/http-problem.js';
import { Public } from '../http/principal.js';
import { assetCalled, PAGE, PAGE_POLICY } from './documentation-page.js';
import type { Json } from './json-schemas.js';
import { OpenApi } from './open-api.js';
import { Route, Tag } from './route.js';

const anyDocument = z.record(z.string(), z.unknown());

/** The API's own documentation. It holds no secrets, so that it needs no token. */
@Controller('api')
@Public()
@Tag('server')
export class DocumentationController {
  constructor(private readonly openApi: OpenApi) {}

  @Get('docs-json')
  @Route({ summary: 'This document', answers: { 200: anyDocument } })
  document(): Json {
    return this.openApi.document();
  }

  @Get('docs')
  @Route({ summary: 'This document as a page', answers: { 200: { 'text/html': z.string() } } })
  page(@Res() reply: FastifyReply): void {
    void reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }).send(PAGE);
  }

  @Get('docs/:file')
  @Route({
    summary: 'A file of the page',
    answers: { 200: { 'text/css': z.string(), 'text/javascript': z.string(), 'image/png': z.string() } }, refuses: { 404: ['no-such-file'] },
  })
  file(@Param('file') name: string, @Res() reply: FastifyReply): void {
    const asset = assetCalled(name);
    if (asset === undefined) throw new HttpProblem(404, 'no-such-file', `the page has no file ${name}`);
    void reply.headers({ 'content-type': asset.type, 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' }).send(asset.content);
  }
}
