import type { RunEvent } from '#events/run.events';
import type { Actor, EventMetadata, Instant } from '#events/vocabulary';
import type { NewEvent } from '#event-store/event-store.port';
import { randomUUID } from 'node:crypto';
import { sized } from './jobnet-commands.js';

export function metadataBy(actor: Actor, at = '2026-11-22T20:57:59.123Z'): EventMetadata {
  const commandId = randomUUID();
  return { at: at as Instant, actor, commandId, correlationId: 'a test', causationId: commandId };
}

/** An event as another server, or a damaged one, may have written it. */
export function written(type: string, data: unknown, { at = '2026-11-22T20:57:59.123Z', schemaVersion = type === 'JobFinished' ? 2 : 1 } = {}): NewEvent {
  return { id: randomUUID(), type, schemaVersion, data, metadata: metadataBy({ kind: 'server', id: 'elsewhere' }, at) };
}

export function runStarted(runId: string, jobs = 2): NewEvent {
  const definition = sized(jobs);
  return written('RunStarted', { runId, jobnet: definition.jobnet, version: 1, definition, parameters: {} } satisfies Extract<RunEvent, { type: 'RunStarted' }>['data']);
}

export function dispatched(runId: string, jobId: string, ordinal = 1): NewEvent {
  return written('JobDispatched', { jobId, executionId: `${runId}~${jobId}~${ordinal}`, ordinal, attempt: 1, agent: 'local' });
}

/** No decision could have put it after RunStarted. */
export function impossible(runId: string, jobId = 'A1'): NewEvent {
  return written('JobStarted', { jobId, executionId: `${runId}~${jobId}~9`, startedAt: '2026-11-22T20:57:59.123Z' });
}
