import type { DomainEvent } from './catalogue.js';
import { streamKinds } from './catalogue.js';
import { formats, inFormat } from './formats.js';

const skipped = { type: 'JobSkipped', data: { jobId: 'A1', note: 'n' } } as unknown as DomainEvent;
const definition = streamKinds['run']?.['JobSkipped'] as { version: number };
const { version, newest } = { ...definition, ...formats };

/** A build to come: `JobSkipped` has a note from version 2 on, and version 3 has no way back. */
function laterBuild(latest: 2 | 3): void {
  definition.version = latest;
  formats.newest = latest;
  formats.since = { 'JobSkipped.2': 2, 'JobSkipped.3': 3 };
  formats.downcasters = { 'JobSkipped.2': ({ note: _new, ...before }) => before };
}

afterEach(() => {
  definition.version = version;
  Object.assign(formats, { newest, since: {}, downcasters: {} });
});

describe('an event', () => {
  it('is written as it is where the log has its format', () => {
    laterBuild(2);
    expect(inFormat(skipped, 2)).toEqual({ type: 'JobSkipped', schemaVersion: 2, data: { jobId: 'A1', note: 'n' } });
  });

  it('is written as the version before where the log has not', () => {
    laterBuild(2);
    expect(inFormat(skipped, 1)).toEqual({ type: 'JobSkipped', schemaVersion: 1, data: { jobId: 'A1' } });
  });

  it('is refused where there is no way to say it', () => {
    laterBuild(3);
    expect(() => inFormat(skipped, 2)).toThrow('JobSkipped needs format 3 of the log, which has format 2');
  });

  it('of today is written by this build as it is', () => {
    expect(inFormat(skipped, formats.newest)).toEqual({ type: 'JobSkipped', schemaVersion: version, data: { jobId: 'A1', note: 'n' } });
  });
});

describe('the formats', () => {
  it('name types and versions that there are, none later than this build reads', () => {
    const there = Object.values(streamKinds).flatMap((events) => Object.values(events)).flatMap(({ type, version: latest }) => Array.from({ length: latest }, (_, index) => `${type}.${index + 1}`));
    expect(Object.keys(formats.since).filter((name) => !there.includes(name))).toEqual([]);
    expect(Object.values(formats.since).filter((format) => format > formats.newest)).toEqual([]);
  });
});
