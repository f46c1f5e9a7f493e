import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import type { JobnetVersionView, List } from '#protocol/api';
import { pageOf, pageQuery } from '../http/page.js';
import { validate } from '../http/validate.js';
import { JobnetVersions } from './jobnet-versions.js';

const versionsQuery = z.object(pageQuery);

/** What a jobnet was, version by version. */
@Controller('api/v1/jobnets/:id/versions')
export class JobnetVersionsController {
  constructor(private readonly versions: JobnetVersions) {}

  @Get()
  async list(@Param('id') id: string, @Query() query: unknown): Promise<List<JobnetVersionView>> {
    const { limit, cursor } = validate(versionsQuery, query, 'query');
    return pageOf(await this.versions.all(id), limit, cursor, ({ version }) => String(version));
  }

  @Get(':version')
  show(@Param('id') id: string, @Param('version') version: string): Promise<JobnetVersionView> {
    return this.versions.one(id, version);
  }
}
