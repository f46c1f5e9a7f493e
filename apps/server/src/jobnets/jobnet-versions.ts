import { Inject, Injectable } from '@nestjs/common';
import { upcast } from '#events/upcast';
import type { EventStore } from '#event-store/event-store.port';
import type { JobnetVersionView } from '#protocol/api';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { HttpProblem } from '../http/http-problem.js';
import { JobnetsProjection } from './jobnets.projection.js';
import { jobnetStream } from './jobnet.aggregate.js';

/** Every version of a jobnet, with who defined it when. They are read from the log: the fold keeps the newest one only. */
@Injectable()
export class JobnetVersions {
  constructor(private readonly jobnets: JobnetsProjection, @Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** Oldest first, those of a retired jobnet too. @throws HttpProblem 404 */
  async all(jobnet: string): Promise<JobnetVersionView[]> {
    const tracked = this.jobnets.find(jobnet);
    if (tracked === undefined) throw new HttpProblem(404, 'jobnet-not-found', `there is no jobnet ${jobnet}`);
    const versions: JobnetVersionView[] = [];
    for await (const recorded of this.store.read(jobnetStream(jobnet))) {
      const event = upcast(recorded);
      if (event.type !== 'JobnetDefined' && event.type !== 'JobnetRevised') continue;
      const { at, actor, reason, ticket } = recorded.metadata;
      versions.push({ ...event.data, at, actor, ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }) });
    }
    return versions;
  }

  /** @param version as it stands in the path @throws HttpProblem 404 */
  async one(jobnet: string, version: string): Promise<JobnetVersionView> {
    const versions = await this.all(jobnet);
    const found = versions.find((each) => String(each.version) === version);
    if (found === undefined) throw new HttpProblem(404, 'version-not-found', `jobnet ${jobnet} has no version ${version}; it has 1 to ${versions.length}`);
    return found;
  }
}
