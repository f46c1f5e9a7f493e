// Stories of a schedule that is due every ten seconds: what the campaign's checker lets pass, and what it does not.

type Told = readonly [stream: string, type: string, data?: object];

interface Evidence {
  readonly marks: ReadonlyMap<string, object>;
  readonly former: readonly object[];
  readonly log: readonly object[];
  readonly answered: readonly object[];
  readonly seen: readonly object[];
  readonly excuses: readonly object[];
  readonly isGapless: boolean;
}

const { check, checkRecord } = (await import(new URL('../../campaign/check/laws.mjs', import.meta.url).href)) as {
  check: (evidence: Evidence) => number;
  checkRecord: (record: Pick<Evidence, 'log' | 'answered' | 'isGapless'>) => void;
};

function logOf(told: readonly Told[]): object[] {
  const revisions = new Map<string, number>();
  return told.map(([stream, type, data = {}], index) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return { position: String(index + 1), stream, revision, id: `id-${index}`, type, data, actor: { kind: 'operator', id: 'somebody' }, at: '2026-01-01T00:00:00.000Z' };
  });
}

const story = (...told: readonly Told[]) => () => checkRecord({ log: logOf(told), answered: [], isGapless: true });
const atTheEnd = (...told: readonly Told[]) => () => check({ marks: new Map(), former: [], log: logOf(told), answered: [], seen: [], excuses: [], isGapless: true });

const defined: Told = ['schedule-S', 'ScheduleDefined', { definition: { rule: { kind: 'every', seconds: 10 } } }];
const key = (seconds: number) => `2026-01-01T00:00:${String(seconds).padStart(2, '0')}`;
const occurrence = (seconds: number) => ({ occurrence: { key: key(seconds) } });
const decidedFor = (seconds: number, runId: string, because = 'due'): Told => ['schedule-S', 'OccurrenceStarted', { ...occurrence(seconds), because, runs: [{ jobnet: 'N', runId }] }];
const skipped = (seconds: number, because = 'missed'): Told => ['schedule-S', 'OccurrenceSkipped', { ...occurrence(seconds), because }];
const missed = (seconds: number): Told => ['schedule-S', 'OccurrenceMissed', { ...occurrence(seconds), because: 'policy' }];
const row = (first: number, last: number, count: number): Told => ['schedule-S', 'OccurrencesSkipped', { first: { key: key(first) }, last: { key: key(last) }, count, because: 'missed' }];
const started = (runId: string, seconds: number): Told => [`run-${runId}`, 'RunStarted', { runId, jobnet: 'N', definition: { onFailure: 'end', jobs: [] }, occurrence: { schedule: 'S', key: key(seconds) } }];
const ended = (runId: string): Told => [`run-${runId}`, 'RunFinished', { status: 'succeeded' }];
const admission = (type: string, runId: string): Told => ['jobnet-N', type, { runId }];
const notStarted = (seconds: number, runId: string): Told => ['schedule-S', 'OccurrenceNotStarted', { key: key(seconds), jobnet: 'N', runId, code: 'jobnet-disabled' }];

describe('what the campaign\'s checker demands of what the clock brings', () => {
  it('each occurrence once', () => {
    expect(story(defined, decidedFor(10, 'A'), skipped(20), missed(30), row(40, 50, 2))).not.toThrow();
    expect(story(defined, decidedFor(10, 'A'), decidedFor(10, 'B'))).toThrow('schedule-S: 2026-01-01T00:00:10 was decided twice (OccurrenceStarted)');
    expect(story(defined, decidedFor(10, 'A'), skipped(10))).toThrow('was decided twice (OccurrenceSkipped)');
    expect(story(defined, row(10, 30, 3), decidedFor(20, 'A'))).toThrow('schedule-S: 2026-01-01T00:00:20 was decided twice');
  });

  it('none left out', () => {
    expect(story(defined, decidedFor(10, 'A'), decidedFor(30, 'B'))).toThrow('schedule-S: before 2026-01-01T00:00:30 nothing was decided since 2026-01-01T00:00:10');
    const due: Told = ['schedule-S', 'ScheduleDefined', { definition: { rule: { kind: 'every', seconds: 10 } }, next: { key: key(10) } }];
    expect(story(due, decidedFor(10, 'A'))).not.toThrow();
    expect(story(due, decidedFor(20, 'A'))).toThrow('before 2026-01-01T00:00:20 nothing was decided since 2026-01-01T00:00:00');
    expect(story(defined, row(10, 20, 2), missed(40))).toThrow('before 2026-01-01T00:00:40 nothing was decided since 2026-01-01T00:00:20');
  });

  it('as many in a row as the log says', () => {
    expect(story(defined, row(10, 40, 3))).toThrow('2026-01-01T00:00:10 to 2026-01-01T00:00:40 are 4, and the log says 3');
    expect(story(defined, row(10, 40, 5))).toThrow('are 4, and the log says 5');
  });
});

describe('what the campaign\'s checker demands of what a person is asked about', () => {
  it('that nobody starts or skips what was not asked', () => {
    expect(story(defined, missed(10), decidedFor(10, 'A', 'asked'))).not.toThrow();
    expect(story(defined, missed(10), skipped(10, 'operator'))).not.toThrow();
    expect(story(defined, decidedFor(10, 'A', 'asked'))).toThrow('2026-01-01T00:00:10 was started by a person (somebody), and nobody was asked about it');
    expect(story(defined, skipped(10), skipped(10, 'operator'))).toThrow('2026-01-01T00:00:10 was skipped by a person (somebody), and nobody was asked about it');
  });

  it('that it is answered once', () => {
    expect(story(defined, missed(10), decidedFor(10, 'A', 'asked'), decidedFor(10, 'B', 'asked'))).toThrow('was started by a person (somebody), and nobody was asked');
    expect(story(defined, missed(10), skipped(10, 'operator'), decidedFor(10, 'A', 'asked'))).toThrow('was started by a person (somebody), and nobody was asked');
  });

  it('that the clock does not decide it after all', () => {
    expect(story(defined, missed(10), decidedFor(10, 'A'))).toThrow('was decided twice');
  });
});

describe('what the campaign\'s checker demands of a run that was decided', () => {
  it('an id of its own', () => {
    expect(story(defined, decidedFor(10, 'A'), decidedFor(20, 'A'))).toThrow('run A was decided twice, for S N 2026-01-01T00:00:10 and S N 2026-01-01T00:00:20');
  });

  it('that it starts for what it was decided for, and nothing else does', () => {
    expect(story(defined, decidedFor(10, 'A'), started('A', 10))).not.toThrow();
    expect(story(defined, decidedFor(10, 'A'), started('B', 10))).toThrow('the run was started for S N 2026-01-01T00:00:10, and that was decided for nothing');
    expect(story(defined, decidedFor(10, 'A'), started('A', 20))).toThrow('started for S N 2026-01-01T00:00:20, and that was decided for S N 2026-01-01T00:00:10');
    expect(story(defined, started('A', 10), decidedFor(10, 'A'))).toThrow('was decided for nothing');
  });

  it('one run of a jobnet for each occurrence', () => {
    const both: Told = ['schedule-S', 'OccurrenceStarted', { ...occurrence(10), because: 'due', runs: [{ jobnet: 'N', runId: 'A' }, { jobnet: 'N', runId: 'B' }] }];
    expect(story(defined, both, started('A', 10), started('B', 10))).toThrow('S N 2026-01-01T00:00:10 has runs A and B');
  });

  it.each([
    ['begins', [started('A', 10), ended('A')]], ['is passed over', [admission('RunPassedOver', 'A')]], ['is dropped', [admission('RunQueued', 'A'), admission('QueuedRunDropped', 'A')]],
    ['is said not to start', [notStarted(10, 'A')]],
  ])('that it is told of in the end: it %s', (_what, fate: Told[]) => {
    expect(atTheEnd(defined, decidedFor(10, 'A'), ...fate)).not.toThrow();
  });

  it('that it is not forgotten', () => {
    expect(atTheEnd(defined, decidedFor(10, 'A'))).toThrow('run A was decided by a schedule, and nobody says what became of it');
    expect(atTheEnd(defined, decidedFor(10, 'A'), admission('RunQueued', 'A'))).toThrow('run A was decided by a schedule, and nobody says what became of it');
    expect(atTheEnd(defined, decidedFor(10, 'A'), admission('RunAdmitted', 'A'))).toThrow('run A was decided by a schedule, and nobody says what became of it');
  });
});

describe('what the campaign\'s checker demands of runs that may not overlap', () => {
  const two = [defined, decidedFor(10, 'A'), decidedFor(20, 'B')];
  const first: readonly Told[] = [...two, admission('RunAdmitted', 'A')];

  it('that none is admitted while another that was is open', () => {
    expect(story(...first, admission('RunAdmitted', 'B'))).toThrow('jobnet-N: B was admitted while A was open');
    expect(story(...first, started('A', 10), admission('RunAdmitted', 'B'))).toThrow('jobnet-N: B was admitted while A was open');
    expect(story(...first, started('A', 10), ended('A'), admission('RunAdmitted', 'B'))).not.toThrow();
    expect(story(...first, notStarted(10, 'A'), admission('RunAdmitted', 'B'))).not.toThrow();
  });

  it('of one jobnet: those of another do not count', () => {
    expect(story(...first, ['jobnet-M', 'RunAdmitted', { runId: 'B' }])).not.toThrow();
  });

  it.each(['RunPassedOver', 'QueuedRunDropped'])('that none comes back after %s', (leftOut) => {
    expect(story(...two, admission(leftOut, 'A'), admission('RunQueued', 'A'))).toThrow(`jobnet-N: RunQueued of A after ${leftOut}`);
    expect(story(...two, admission(leftOut, 'A'), admission('RunAdmitted', 'A'))).toThrow(`jobnet-N: RunAdmitted of A after ${leftOut}`);
    expect(story(...two, admission(leftOut, 'A'), started('A', 10))).toThrow(`run-A: RunStarted of A after ${leftOut}`);
  });
});
