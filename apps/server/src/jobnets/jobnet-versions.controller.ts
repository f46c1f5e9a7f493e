import { Controller, Get, Param } from '@nestjs/common';
import { z } from 'zod';
import { type JobnetVersionView, jobnetVersionView, type List, listOf } from '#protocol/api';
import { pageOf, pageQuery } from '../http/page.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { JobnetVersions } from './jobnet-versions.js';

const versionsQuery = z.object(pageQuery);

/** What a jobnet was, version by version. */
@Controller('api/v1/jobnets/:id/versions')
@Tag('jobnets')
export class JobnetVersionsController {
  constructor(private readonly versions: JobnetVersions) {}

  @Get()
  @Route({ summary: 'List the versions of a jobnet', answers: { 200: listOf(jobnetVersionView) }, refuses: { 404: ['jobnet-not-found'] } })
  async list(@Param('id') id: string, @CheckedQuery(versionsQuery) { limit, cursor }: z.output<typeof versionsQuery>): Promise<List<JobnetVersionView>> {
    return pageOf(await this.versions.all(id), limit, cursor, ({ version }) => String(version));
  }

  @Get(':version')
  @Route({ summary: 'Show a version of a jobnet', answers: { 200: jobnetVersionView }, refuses: { 404: ['jobnet-not-found', 'version-not-found'] } })
  show(@Param('id') id: string, @Param('version') version: string): Promise<JobnetVersionView> {
    return this.versions.one(id, version);
  }
}
