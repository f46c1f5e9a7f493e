import { Inject, Injectable } from '@nestjs/common';
import type { RunCommand } from '#domain/run/run.decider';
import type { EventMetadata } from '#events/vocabulary';
import type { EventStore } from '#event-store/event-store.port';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { EVENT_STORE } from '../../event-sourcing/event-store.token.js';
import { RunAggregate } from './run.aggregate.js';
import { SlotBook } from '../slot-book.js';

type WithoutContext<Command> = Command extends RunCommand ? Omit<Command, 'context' | 'capacity'> : never;

/** A run's command without what every one of them is given here: when and by whom, and the slots that are free. */
export type RunOrder = WithoutContext<RunCommand>;

/** Lets a run decide. Slots that a decision takes are reserved at once, so that decisions side by side do not share one. */
@Injectable()
export class RunTransactions {
  constructor(
    private readonly repository: AggregateRepository,
    private readonly slots: SlotBook,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  async transact(runId: string, envelope: CommandEnvelope, order: RunOrder): Promise<Transacted> {
    let reserved: string[] = [];
    let run: RunAggregate | undefined;
    try {
      const done = await this.repository.transact(() => new RunAggregate(runId), envelope, (aggregate, metadata) => {
        this.releaseAll(reserved);
        reserved = this.handle(aggregate, order, metadata);
        run = aggregate;
      });
      return done.written > 0 ? done : await this.firstPlace(run, envelope, done);
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

  /** An operator's command sent again is answered with the place that its own append ended at, whatever happened since. */
  private async firstPlace(run: RunAggregate | undefined, { commandId }: CommandEnvelope, done: Transacted): Promise<Transacted> {
    const first = run?.state?.applied.get(commandId);
    if (run === undefined || first === undefined) return done;
    let { place } = done;
    for await (const { id, revision, position, metadata } of this.store.read(run.stream, first)) {
      if (metadata.commandId !== commandId) break;
      place = { revision, receipt: { position: position.toString(), eventId: id } };
    }
    return { written: 0, place };
  }

  private releaseAll(executionIds: readonly string[]): void {
    for (const executionId of executionIds) this.slots.release(executionId);
  }
}
