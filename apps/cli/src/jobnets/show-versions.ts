import type { JobnetVersionView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { type ListOptions, type Session, showList } from '../commands/client-command.js';
import { localTime } from '../output/time-words.js';

/** Every version of a jobnet: who defined it when. What each of them says is in `--json`. */
export async function showVersions(jobnet: string, session: Session, options: ListOptions): Promise<void> {
  const { out } = session;
  await showList<JobnetVersionView>(session, apiPath`/jobnets/${jobnet}/versions`, {}, options, (versions) => {
    out.table(['VERSION', 'JOBS', 'DEFINED', 'BY', 'WHY'], versions.map(({ version, definition, at, actor, reason }) => [
      String(version), String(definition.jobs.length), localTime(at, out.nowMs), actor.id, reason ?? '',
    ]));
  }, 'there are no further versions');
}
