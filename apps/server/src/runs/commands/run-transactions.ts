import { Injectable } from '@nestjs/common';
import type { RunCommand } from '#domain/run/run.decider';
import type { EventMetadata } from '#events/vocabulary';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { RunAggregate } from './run.aggregate.js';
import { SlotBook } from '../slot-book.js';

type WithoutContext<Command> = Command extends RunCommand ? Omit<Command, 'context' | 'capacity'> : never;

/** A run's command without what every one of them is given here: when and by whom, and the slots that are free. */
export type RunOrder = WithoutContext<RunCommand>;

/** Lets a run decide. Slots that a decision takes are reserved at once, so that decisions side by side do not share one. */
@Injectable()
export class RunTransactions {
  constructor(private readonly repository: AggregateRepository, private readonly slots: SlotBook) {}

  /**
   * @param order what to decide; a function where that depends on other streams, asked in the very instant of each decision
   * @param options.begins whether it is the start of the run, of which most likely nothing is on record
   */
  async transact(runId: string, envelope: CommandEnvelope, order: RunOrder | (() => RunOrder), options: { readonly begins?: boolean } = {}): Promise<Transacted> {
    let reserved: string[] = [];
    try {
      return await this.repository.transact(() => new RunAggregate(runId), envelope, (aggregate, metadata) => {
        this.releaseAll(reserved);
        reserved = this.handle(aggregate, typeof order === 'function' ? order() : order, metadata);
      }, options);
    } catch (error) {
      this.releaseAll(reserved);
      throw error;
    }
  }

  private handle(run: RunAggregate, order: RunOrder, context: EventMetadata): string[] {
    run.handle({ ...order, context, capacity: this.slots.capacity() }, context);
    return run.getUncommittedEvents().flatMap(({ event }) => {
      if (event.type !== 'JobDispatched') return [];
      this.slots.reserve(event.data.executionId, event.data.agent);
      return [event.data.executionId];
    });
  }

  private releaseAll(executionIds: readonly string[]): void {
    for (const executionId of executionIds) this.slots.release(executionId);
  }
}
