import type { DomainEvent } from './catalogue.js';
import { definitionOf } from './catalogue.js';
import { formats } from './formats.js';

/** An event as any version of Kiroku may have stored it. */
export interface StoredEvent {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
}

/** The log holds something this build cannot read. Never skipped: the server stops (law 1). */
export class UnknownEventError extends Error {
  override readonly name = 'UnknownEventError';
}

/**
 * Brings a stored event to the version that this build folds. The data of the current version is trusted: it was validated
 * when it was written, and a replay of millions cannot afford to do it again.
 *
 * @throws UnknownEventError for a type, or a version, that this build does not know
 */
export function upcast(stored: StoredEvent): DomainEvent {
  const current = definitionOf(stored.type)?.version;
  if (current === undefined) throw new UnknownEventError(`unknown event type ${stored.type}; this build is older than the log`);
  if (!Number.isInteger(stored.schemaVersion) || stored.schemaVersion > current || stored.schemaVersion < 1) {
    throw new UnknownEventError(`unknown version ${stored.schemaVersion} of ${stored.type}; this build knows up to ${current}`);
  }
  let data = stored.data as Record<string, unknown>;
  for (let version = stored.schemaVersion; version < current; version += 1) {
    const step = formats.upcasters[`${stored.type}.${version}`];
    if (step === undefined) throw new UnknownEventError(`no upcaster for ${stored.type} from version ${version}`);
    data = step(data);
  }
  return { type: stored.type, data } as DomainEvent;
}
