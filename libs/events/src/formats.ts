import type { DomainEvent } from './catalogue.js';
import { definitionOf } from './catalogue.js';

type Step = (data: Record<string, unknown>) => Record<string, unknown>;

/**
 * The formats of a log: each number is a set of event types and versions that its readers know. A server writes nothing of a later format than the log's, which is
 * raised when every server reads it; so builds of two versions can share a log while they are exchanged (design section 10.18).
 *
 * A build that adds a type or a version raises `newest` by one and names it in `since`. A new version comes with a way to write the one before, for as long as
 * the log's format is lower; a new type has none: what would record it is refused until then.
 */
export const formats = {
  /** What this build reads up to. */
  newest: 1,
  /** By `Type.version`, the format it came with; format 1 where nothing is said. */
  since: {} as Record<string, number>,
  /** Keyed by `Type.fromVersion`; each brings the data one version further. */
  upcasters: {
    // Version 1 knew one output, without a hash, and called its tail `outputTail`.
    'JobFinished.1': ({ outputTail, outputBytes, ...rest }) => ({
      ...rest,
      output: {
        stdout: { bytes: outputBytes, tail: outputTail, truncated: Number(outputBytes) > new TextEncoder().encode(String(outputTail)).length },
        stderr: { bytes: 0, tail: '', truncated: false },
      },
    }),
  } as Record<string, Step>,
  /** Keyed by `Type.fromVersion`; each brings the data one version back. */
  downcasters: {} as Record<string, Step>,
};

/** An event as it is stored. */
export interface WrittenEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
}

/** This build would record what other servers on this log may not be able to read yet. */
export class FormatNotRaisedError extends Error {
  override readonly name = 'FormatNotRaisedError';

  constructor(readonly type: string, readonly needed: number, readonly format: number) {
    super(`${type} needs format ${needed} of the log, which has format ${format}: raise it once every server is of this version (kiroku log raise-format)`);
  }
}

/**
 * How an event is written into a log of this format.
 *
 * @throws FormatNotRaisedError when there is no way to say it in that
 */
export function inFormat({ type, data }: DomainEvent, format: number): WrittenEvent {
  let version = definitionOf(type)?.version ?? 1;
  let written = data as unknown as Record<string, unknown>;
  for (let needed = formatOf(type, version); needed > format; needed = formatOf(type, version)) {
    const step = formats.downcasters[`${type}.${version}`];
    if (step === undefined) throw new FormatNotRaisedError(type, needed, format);
    written = step(written);
    version -= 1;
  }
  return { type, schemaVersion: version, data: written };
}

function formatOf(type: string, version: number): number {
  return formats.since[`${type}.${version}`] ?? 1;
}
