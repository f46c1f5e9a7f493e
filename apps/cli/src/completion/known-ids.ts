import type { AgentView, JobnetView, OperatorView, RunView } from '#protocol/api';
import type { CalendarView } from '#protocol/calendars';
import type { ScheduleView } from '#protocol/schedules';
import { ApiClient, apiPath } from '../client/api-client.js';
import { connectionOf } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import type { Wish } from './wish.js';

/** Somebody waits with a finger on Tab: with the start of the process this stays under a second. */
const ANSWER_TIMEOUT_MS = 600;

/** The ids that a wish is about; none when the server does not say so at once. Of runs, those that have not ended. */
export async function knownIds({ ids, flags }: Wish, context: CliContext): Promise<string[]> {
  if (ids === undefined) return [];
  try {
    const { url, token, data } = flags;
    const connection = connectionOf({ ...(url === undefined ? {} : { url }), ...(token === undefined ? {} : { token }), ...(data === undefined ? {} : { data }) }, context);
    return await asked(ids, new ApiClient(connection, ANSWER_TIMEOUT_MS));
  } catch {
    return [];
  }
}

async function asked({ kind, of }: NonNullable<Wish['ids']>, api: ApiClient): Promise<string[]> {
  const items = async <Item>(path: string, query = {}) => (await api.list<Item>(path, { ...query, limit: 1000 })).view.items;
  switch (kind) {
    case 'jobnet':
      return (await items<JobnetView>('/api/v1/jobnets')).map(({ jobnet }) => jobnet);
    case 'calendar':
      return (await items<CalendarView>('/api/v1/calendars')).map(({ calendar }) => calendar);
    case 'schedule':
      return (await items<ScheduleView>('/api/v1/schedules')).map(({ schedule }) => schedule);
    case 'occurrence':
      return of === undefined ? [] : (await api.get<ScheduleView>(apiPath`/schedules/${of}`, ['asked'])).view.asked.map(({ key }) => key);
    case 'run':
      return (await items<RunView>('/api/v1/runs', { status: 'running,failing,held' })).map(({ runId }) => runId);
    case 'job':
      return of === undefined ? [] : (await api.get<RunView>(apiPath`/runs/${of}`, ['jobs'])).view.jobs.map(({ jobId }) => jobId);
    case 'agent':
      return (await items<AgentView>('/api/v1/agents')).map(({ name }) => name);
    case 'operator':
      return (await items<OperatorView>('/api/v1/operators')).map(({ name }) => name);
  }
}
