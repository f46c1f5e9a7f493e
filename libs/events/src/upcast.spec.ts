import { readFileSync } from 'node:fs';
import { type StoredEvent, UnknownEventError, upcast } from './upcast.js';

const firstJobFinished = JSON.parse(readFileSync(new URL('../samples/JobFinished.v1.json', import.meta.url), 'utf8')) as StoredEvent & { readonly data: object };

describe('JobFinished of version 1', () => {
  it('becomes exactly this in version 2: one output without a hash', () => {
    expect(upcast(firstJobFinished)).toStrictEqual({
      type: 'JobFinished',
      data: {
        jobId: 'extract',
        executionId: 'billing-20261122-2057~extract~1',
        outcome: 'failed',
        exitCode: 12,
        acceptedAt: '2026-11-22T20:57:59.123Z',
        startedAt: '2026-11-22T20:57:59.310Z',
        finishedAt: '2026-11-22T21:04:12.007Z',
        durationMs: 372697.4,
        output: {
          stdout: { bytes: 184320, tail: 'ディスクがいっぱいです\n', truncated: true },
          stderr: { bytes: 0, tail: '', truncated: false },
        },
      },
    });
  });

  it('counts its tail in bytes: one that is the whole output is not truncated', () => {
    const whole = { ...firstJobFinished, data: { ...firstJobFinished.data, outputTail: '終\n', outputBytes: 4 } };
    expect(upcast(whole)).toMatchObject({ data: { output: { stdout: { bytes: 4, tail: '終\n', truncated: false } } } });
  });

  it('is left as it was stored', () => {
    const before = JSON.stringify(firstJobFinished);
    upcast(firstJobFinished);
    expect(JSON.stringify(firstJobFinished)).toBe(before);
  });
});

describe('an event that this build does not know', () => {
  const unknown: readonly (readonly [string, StoredEvent, RegExp])[] = [
    ['its type', { type: 'JobTeleported', schemaVersion: 1, data: {} }, /unknown event type JobTeleported; this build is older than the log/],
    ['a type that every object has', { type: 'constructor', schemaVersion: 1, data: {} }, /unknown event type constructor/],
    ['a later version', { type: 'JobFinished', schemaVersion: 3, data: {} }, /unknown version 3 of JobFinished; this build knows up to 2/],
    ['a version that never was', { type: 'RunHeld', schemaVersion: 0, data: {} }, /unknown version 0 of RunHeld/],
    ['a version that is no number of ours', { type: 'JobFinished', schemaVersion: 1.5, data: {} }, /version 1.5/],
    ['no version at all', { type: 'RunHeld', data: {} } as unknown as StoredEvent, /unknown version undefined of RunHeld/],
  ];

  it.each(unknown)('stops who reads it: %s', (_what, stored, message) => {
    expect(() => upcast(stored)).toThrow(UnknownEventError);
    expect(() => upcast(stored)).toThrow(message);
  });
});
