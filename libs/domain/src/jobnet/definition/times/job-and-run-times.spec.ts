import { checkDefinition } from '../check-definition.js';

function read(job: object, ofJobnet: object = {}) {
  return checkDefinition({ jobnet: 'A', ...ofJobnet, jobs: { A1: { command: './x', agent: 'local', ...job } } });
}

function jobRead(job: object) {
  const reading = read(job);
  if ('faults' in reading) throw new Error(reading.faults.map(({ message }) => message).join('\n'));
  return reading.definition.jobs[0];
}

/** `retry.limit bad-value`, below the job or the jobnet. */
function faults(job: object, ofJobnet: object = {}): string[] {
  const reading = read(job, ofJobnet);
  return 'faults' in reading ? reading.faults.map(({ path, code }) => `${path.filter((step) => step !== 'jobs' && step !== 'A1').join('.')} ${code}`) : [];
}

describe('the times of a job', () => {
  it('are none without the keys, so that older definitions stay what they are', () => {
    expect(Object.keys(jobRead({}) ?? {})).toEqual(['id', 'command', 'agent', 'after', 'successCodes', 'env', 'parameters']);
  });

  it('are stored with their defaults filled in', () => {
    expect(jobRead({ delaySeconds: 60, timeout: { seconds: 5 }, retry: { limit: 3 } })).toMatchObject({
      delaySeconds: 60, timeout: { seconds: 5, then: 'stop' }, retry: { limit: 3, delaySeconds: 0, backoff: 1, on: ['failed'] },
    });
  });

  it('are stored as they were written', () => {
    const retry = { limit: 2, delaySeconds: 10, backoff: 1.5, maxDelaySeconds: 60, exitCodes: [75, 111], on: ['failed', 'stopped-by-timeout'] };
    expect(jobRead({ timeout: { seconds: 5, then: 'warn' }, retry })).toMatchObject({ timeout: { seconds: 5, then: 'warn' }, retry });
    expect(jobRead({ retry: { limit: 1, exitCodes: 75, on: 'stopped-by-timeout' } })).toMatchObject({ retry: { exitCodes: [75], on: ['stopped-by-timeout'] } });
  });

  it.each([
    [{ delaySeconds: 0 }, ['delaySeconds bad-value']],
    [{ delaySeconds: '1m' }, ['delaySeconds bad-value']],
    [{ delaySeconds: 1.5 }, ['delaySeconds bad-value']],
    [{ delaySeconds: 31_536_001 }, ['delaySeconds bad-value']],
    [{ timeout: 5 }, ['timeout wrong-type']],
    [{ timeout: {} }, ['timeout missing-key']],
    [{ timeout: { seconds: 0 } }, ['timeout.seconds bad-value']],
    [{ timeout: { seconds: 1, then: 'kill' } }, ['timeout.then bad-value']],
    [{ timeout: { second: 1, seconds: 1 } }, ['timeout.second unknown-key']],
    [{ retry: 3 }, ['retry wrong-type']],
    [{ retry: {} }, ['retry missing-key']],
    [{ retry: { limit: 0 } }, ['retry.limit bad-value']],
    [{ retry: { limit: 101 } }, ['retry.limit bad-value']],
    [{ retry: { limit: 1, backoff: 0.5 } }, ['retry.backoff bad-value']],
    [{ retry: { limit: 1, backoff: 'two' } }, ['retry.backoff bad-value']],
    [{ retry: { limit: 1, delaySeconds: -1 } }, ['retry.delaySeconds bad-value']],
    [{ retry: { limit: 1, maxDelaySeconds: 0 } }, ['retry.maxDelaySeconds bad-value']],
    [{ retry: { limit: 1, exitCodes: [] } }, ['retry.exitCodes bad-value']],
    [{ retry: { limit: 1, exitCodes: [1, 256] } }, ['retry.exitCodes.1 bad-value']],
    [{ retry: { limit: 1, on: 'lost' } }, ['retry.on bad-value']],
    [{ retry: { limit: 1, on: [] } }, ['retry.on bad-value']],
    [{ deadline: {} }, ['deadline unknown-key']],
  ])('cannot be %j', (job, expected) => {
    expect(faults(job)).toEqual(expected);
  });
});

describe('the times of a run', () => {
  it('are stored with their defaults filled in', () => {
    const reading = read({}, { deadline: { expectedSeconds: 60 }, timeout: { seconds: 90 } });
    expect(reading).toMatchObject({ definition: { deadline: { expectedSeconds: 60, then: 'warn' }, timeout: { seconds: 90 } } });
  });

  it.each([
    [{ deadline: {} }, ['deadline missing-key']],
    [{ deadline: 60 }, ['deadline wrong-type']],
    [{ deadline: { expectedSeconds: 0 } }, ['deadline.expectedSeconds bad-value']],
    [{ deadline: { latestStartSeconds: 'soon' } }, ['deadline.latestStartSeconds bad-value']],
    [{ deadline: { expectedSeconds: 1, then: 'end' } }, ['deadline.then bad-value']],
    [{ timeout: { seconds: 1, then: 'stop' } }, ['timeout.then unknown-key']],
    [{ timeout: {} }, ['timeout missing-key']],
    [{ retry: { limit: 1 } }, ['retry unknown-key']],
  ])('cannot be %j', (ofJobnet, expected) => {
    expect(faults({}, ofJobnet)).toEqual(expected);
  });
});
