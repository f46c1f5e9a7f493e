import type { JobnetEvent } from '#events/jobnet.events';
import type { EventMetadata, Instant } from '#events/vocabulary';
import { sized } from '../../test-support/jobnet-commands.js';
import { JobnetAggregate } from '../jobnets/jobnet.aggregate.js';
import { CommandRejectedError } from './command-failures.js';

const metadata: EventMetadata = {
  at: '2026-11-22T20:57:59.123Z' as Instant, actor: { kind: 'operator', id: 'mika' }, commandId: 'c', correlationId: 'jobnet-A', causationId: 'c',
};
const place = { revision: 0, receipt: { position: '7', eventId: 'e' } };

function fromJson(event: JobnetEvent): JobnetEvent {
  return JSON.parse(JSON.stringify(event)) as JobnetEvent;
}

describe('an event-sourced aggregate', () => {
  it('folds history that came from JSON: events are routed by their type, not by a class', () => {
    const jobnet = new JobnetAggregate('A');
    jobnet.replay({ event: fromJson({ type: 'JobnetDefined', data: { version: 1, definition: sized(1) } }), metadata }, place);
    expect(jobnet.state.version).toBe(1);
    expect(jobnet.place).toEqual(place);
    expect(jobnet.takeUncommitted()).toEqual([]);
  });

  it('folds what it decides at once, and hands it out with its metadata', () => {
    const jobnet = new JobnetAggregate('A');
    jobnet.handle({ type: 'DefineJobnet', definition: sized(1) }, metadata);
    expect(jobnet.state.version).toBe(1);
    expect(jobnet.place).toBeUndefined();
    expect(jobnet.takeUncommitted()).toEqual([{ event: { type: 'JobnetDefined', data: { version: 1, definition: sized(1) } }, metadata }]);
  });

  it('hands out a copy of its buffer: what comes later does not change it', () => {
    const jobnet = new JobnetAggregate('A');
    jobnet.handle({ type: 'DefineJobnet', definition: sized(1) }, metadata);
    const taken = jobnet.takeUncommitted();
    jobnet.handle({ type: 'DefineJobnet', definition: sized(2) }, metadata);
    expect(taken.map(({ event }) => event.type)).toEqual(['JobnetDefined']);
    expect(jobnet.takeUncommitted().map(({ event }) => event.type)).toEqual(['JobnetRevised']);
    expect(jobnet.takeUncommitted()).toEqual([]);
  });

  it('changes nothing when the rules refuse', () => {
    const jobnet = new JobnetAggregate('A');
    jobnet.handle({ type: 'DefineJobnet', definition: sized(1) }, metadata);
    const before = jobnet.state;
    const refusal = () => jobnet.handle({ type: 'DefineJobnet', definition: { ...sized(1), jobnet: 'B' } }, metadata);
    expect(refusal).toThrow(CommandRejectedError);
    expect(refusal).toThrow(expect.objectContaining({ code: 'jobnet-mismatch' }));
    expect(jobnet.state).toBe(before);
    expect(jobnet.takeUncommitted()).toHaveLength(1);
  });

  it('cannot be committed past the log', () => {
    const jobnet = new JobnetAggregate('A');
    jobnet.handle({ type: 'DefineJobnet', definition: sized(1) }, metadata);
    expect(() => jobnet.commit()).toThrow('AggregateRepository.transact');
    expect(jobnet.getUncommittedEvents()).toHaveLength(1);
  });
});
