import type { JobDefinition, JobnetDefinition } from '#events/definition';

/** A job with every default filled in, as the log has it. */
export function job(id: string, differing: Partial<JobDefinition> = {}): JobDefinition {
  return { id, command: ['./run', id], agent: 'local', after: [], successCodes: [0], env: {}, parameters: {}, ...differing };
}

export function jobnet(jobs: readonly JobDefinition[], differing: Partial<JobnetDefinition> = {}): JobnetDefinition {
  return { jobnet: 'A', onFailure: 'hold', parameters: {}, jobs: [...jobs], ...differing };
}

/** Each job after the one before it. */
export function chain(...ids: readonly string[]): JobnetDefinition {
  return jobnet(ids.map((id, index) => job(id, { after: ids.slice(Math.max(0, index - 1), index) })));
}

/** A1, then A2 and A3 side by side, then A4 after both. */
export const diamond = jobnet([job('A1'), job('A2', { after: ['A1'] }), job('A3', { after: ['A1'] }), job('A4', { after: ['A2', 'A3'] })]);
