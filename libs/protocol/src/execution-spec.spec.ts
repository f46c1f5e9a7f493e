import { executionSpec } from './agent-link.js';

const execution = { executionId: 'run~job~1', runId: 'run', jobId: 'job', attempt: 1 };
const command = { ...execution, command: ['./load', '--full'], env: { DAY: 'today' } };
const task = { ...execution, task: { name: 'load', parameters: { DAY: 'today' } } };

describe('what is to be executed', () => {
  it.each([['a command, as before there were tasks', command], ['a command with a directory', { ...command, cwd: '/srv' }], ['a task', task]])('is %s', (_what, spec) => {
    expect(executionSpec.parse(spec)).toEqual(spec);
  });

  it.each([['neither', { ...execution, env: {} }], ['both', { ...command, ...task }], ['a task without parameters', { ...execution, task: { name: 'load' } }]])('is not %s', (_what, spec) => {
    expect(executionSpec.safeParse(spec).success).toBe(false);
  });
});
