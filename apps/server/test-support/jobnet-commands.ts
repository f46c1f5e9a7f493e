import type { JobnetDefinition } from '#events/definition';
import type { Instant } from '#events/vocabulary';
import type { NewEvent } from '#event-store/event-store.port';
import type { AggregateRepository, Transacted } from '../src/event-sourcing/aggregate.repository.js';
import { newCommandId } from '../src/event-sourcing/command-envelope.js';
import { JobnetAggregate } from '../src/jobnets/jobnet.aggregate.js';

/** A jobnet of so many jobs, each after the one before it. */
export function sized(jobs: number, jobnet = 'A'): JobnetDefinition {
  const ids = Array.from({ length: jobs }, (_, index) => `${jobnet}${index + 1}`);
  return {
    jobnet, onFailure: 'hold', parameters: {},
    jobs: ids.map((id, index) => ({ id, command: ['./run', id], agent: 'local', after: ids.slice(Math.max(0, index - 1), index), successCodes: [0], env: {}, parameters: {} })),
  };
}

export function envelope(commandId = newCommandId()) {
  return { commandId, actor: { kind: 'operator', id: 'mika', tokenId: 't1' } as const };
}

/** Defines or revises; `seen` is told the version that each decision found. */
export function define(repository: AggregateRepository, definition: JobnetDefinition, { commandId, fingerprint, seen }: { commandId?: string; fingerprint?: string; seen?: number[] } = {}): Promise<Transacted> {
  return repository.transact(() => new JobnetAggregate(definition.jobnet), { ...envelope(commandId), fingerprint }, (jobnet, metadata) => {
    seen?.push(jobnet.state.version);
    jobnet.handle({ type: 'DefineJobnet', definition }, metadata);
  });
}

/** What another server appends. */
export function foreign(type: 'JobnetDefined' | 'JobnetRevised', version: number, definition: JobnetDefinition): NewEvent {
  const commandId = newCommandId();
  const metadata = { at: '2026-11-22T20:57:59.123Z' as Instant, actor: { kind: 'operator', id: 'rin' } as const, commandId, correlationId: 'jobnet-A', causationId: commandId };
  return { id: commandId, type, schemaVersion: 1, data: { version, definition }, metadata };
}
